//! The clouds: sign-in hosts, resource, API host and portal that belong together.

/// The clouds in which Power BI and Entra ID exist, and `local` for loopback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloudName {
    /// The commercial cloud.
    Public,
    /// US government, commercial sign-in.
    Gcc,
    /// US government, high.
    GccHigh,
    /// US Department of Defense.
    Dod,
    /// China, operated by 21Vianet.
    China,
    /// A provider on this machine.
    Local,
}
