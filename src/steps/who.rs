//! Step Who: who reads the reports decides the grant.

use super::form::{Form, Who};
use super::questions::{Choice, Question};

/// What the step asks.
pub const QUESTIONS: &[Question] = &[Question::Who];

/// The two answers.
pub const CHOICES: [Choice; 2] = [
    Choice {
        title: "customers of our application",
        short: "",
        text: "The app signs in by itself: client_credentials, \"app owns data\".",
    },
    Choice {
        title: "people of our own organisation",
        short: "",
        text: "A user signs in with a password: \"user owns data\", no second factor.",
    },
];

/// What stands below the question, for the present answer.
pub fn help(form: &Form) -> &'static str {
    match form.who() {
        Who::Customers => CUSTOMERS,
        Who::Organisation => "The user needs a Power BI licence, and signs in with a password alone.",
    }
}

const CUSTOMERS: &str = "For customers Microsoft recommends that the app signs in: it is a service principal then, and needs no API permission.";

/// The place of the present answer.
pub fn selected(form: &Form) -> usize {
    match form.who() {
        Who::Customers => 0,
        Who::Organisation => 1,
    }
}

/// Takes the answer at that place.
pub fn choose(form: &mut Form, place: usize) {
    form.choose_who(if place == 0 { Who::Customers } else { Who::Organisation });
}
