//! What can be asked of Power BI by name: what each gate proves, what it costs, and what is in its way.

use super::Model;
use crate::domain::powerbi::{Extras, Gate, Gates};
use crate::domain::setting::Values;
use crate::domain::text::{clip, printable};
use crate::ui::pane::Line;
use crate::ui::theme::Role;

/// The longest name of a report that is told here, in columns.
const LONGEST_NAME: usize = 40;

/// A gate that can be asked for, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Which one.
    pub gate: Gate,
    /// What is done, what it costs, or why it is not possible now.
    pub about: String,
}

impl Model {
    /// What can be asked for after the latest test, if it came so far as to ask Power BI and is still of these settings.
    pub fn offers(&self, draft: &Values) -> Vec<Offer> {
        let gates = self.fresh(draft).and_then(|report| report.powerbi.as_deref());
        let offer = |gates, gate| Offer { gate, about: about(gates, gate) };
        gates.map(|gates| Gate::OPTIONAL.map(|gate| offer(gates, gate)).to_vec()).unwrap_or_default()
    }

    /// The offers as a page, of which one is chosen; and its place among the paragraphs.
    pub fn offer_lines(&self, draft: &Values, chosen: usize) -> (Vec<Line>, usize) {
        let mut lines = vec![
            Line::new(Role::Title, "Ask Power BI for more"),
            Line::new(
                Role::Text,
                "Enter runs the test once more and asks for the chosen item too. A watch repeats it while it fails.",
            ),
        ];
        let begin = lines.len() + 1;
        for (place, Offer { gate, about }) in self.offers(draft).into_iter().enumerate() {
            let sign = if place == chosen { ">" } else { " " };
            lines.push(Line::blank());
            lines.push(Line::new(Role::Text, about).led_by(Role::Key, format!("{sign} {:<5}  ", gate.word())));
        }
        (lines, begin + 2 * chosen)
    }

    /// What the next try of a watch asks for by name, when the latest test asked for this.
    pub fn still_asked(&self, extras: &Extras) -> Extras {
        extras.for_next_try(self.gates())
    }

    /// Whether the pane of the gates is open.
    pub fn shows_gates(&self) -> bool {
        self.pane == super::PaneName::PowerBi
    }
}

fn about(gates: &Gates, gate: Gate) -> String {
    let report = match gates.prospect(gate) {
        Ok(name) => clip(&printable(name), LONGEST_NAME).into_owned(),
        Err(obstacle) => return format!("Not possible now: {obstacle}."),
    };
    match gate {
        Gate::Embed => format!(
            "An embed token for the report {report}: it shows whether embedding works end to end. {}",
            cost(gates)
        ),
        Gate::Query => format!("A query that reads no data, to the semantic model of {report}. It costs nothing."),
        _ => "Whether the read-only admin APIs are open. Uses one of the 50 requests the whole tenant has per hour."
            .to_owned(),
    }
}

/// What an embed token costs in the chosen workspace.
fn cost(gates: &Gates) -> String {
    let used = gates.features().iter().find_map(|feature| feature.usage);
    let used = used.map(|percent| format!(" ({percent} % are used)")).unwrap_or_default();
    match gates.workspace().and_then(|workspace| workspace.is_on_dedicated_capacity) {
        Some(true) => "The workspace is on a capacity: it costs nothing.".to_owned(),
        Some(false) => format!("It takes one of the free embed tokens{used}, for the workspace is on no capacity."),
        None => format!("It takes one of the free embed tokens{used}, unless the workspace is on a capacity."),
    }
}
