//! Whether there is room for what a pane says.

use super::{Areas, Line, Model, Pane, Values};

/// The mark that says where there is more takes a row of a pane that has at least so many.
const WITH_MARK: u16 = 3;

impl Model {
    /// Whether the pane has more than fits and is too low for the mark that says so.
    pub fn is_cut_unmarked(&self, areas: &Areas, draft: &Values, idle: &[Line]) -> bool {
        let pane = self.places(areas, draft).pane;
        let rows = || Pane::new(&self.lines(self.shown_pane(areas), areas, draft, idle), pane.width).len();
        pane.height < WITH_MARK && rows() > usize::from(pane.height)
    }
}
