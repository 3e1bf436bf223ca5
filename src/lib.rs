//! From seven blanks in `appsettings.json` to a token that Power BI accepts, in one sitting, over SSH.
//!
//! ```text
//!  main ─ program joins ─┬─> cli ──────┬──> verify ─────────────┐
//!                        ├─> runtime ──> app ──> steps ──> ui ──┼──> domain
//!                        ├─> plain ───────^                     │
//!                        └─> io, sandbox, serve ─────────────────┘
//! ```
//!
//! | room | what it is for |
//! | --- | --- |
//! | [`domain`] | settings, document, clouds, requests and answers, tokens, signatures, checks, Power BI's gates, catalogue, diagnosis; no screen, no network, no clock, no file |
//! | [`verify`] | the ladder: the order of the stages over the ports, told as events; and the watch that repeats it |
//! | [`io`] | the ports for real: http, file, clock, environment, the owner of a connection; `io::state` remembers recent files, drafts and backups |
//! | [`app`] | the wizard as a pure state machine: messages in, effects out; `app::opening` is what comes before a file is open |
//! | [`plain`] | the same wizard as questions and answers on lines |
//! | [`steps`] | the pages of the wizard, a file each, over one form |
//! | [`ui`] | pieces of the screen that all steps share |
//! | [`runtime`] | the loop and the terminal, as a screen or as lines; the clipboard |
//! | [`sandbox`] | the practice tenant and its Power BI on loopback; shares no text with `domain` and `verify` |
//! | [`serve`] | the stand-in for the application: its token endpoint on loopback, with tokens from `verify`, and the files of its page |
//! | [`cli`] | arguments, and what `check`, `decode` and `explain` say, as text and JSON |
//! | [`program`] | joins them: one file for each command |

pub mod app;
pub mod cli;
pub mod domain;
pub mod io;
pub mod plain;
pub mod program;
pub mod runtime;
pub mod sandbox;
pub mod serve;
pub mod steps;
pub mod ui;
pub mod verify;
