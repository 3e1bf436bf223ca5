//! Step Endpoint: the cloud as one choice, and the two settings that it sets.

use super::form::Form;
use super::questions::{Choice, Question};
use crate::domain::cloud::CLOUDS;
use crate::domain::registration::Options;
use crate::domain::setting::SettingName;

/// What the step asks.
pub const QUESTIONS: &[Question] =
    &[Question::Cloud, Question::Setting(SettingName::AuthTokenUrl), Question::Setting(SettingName::Resource)];

/// What stands below the question.
pub const HELP: &str = "Sign-in host and resource belong together; choosing a cloud sets AuthTokenUrl and Resource. GCC signs in at \
the host of the public cloud.";

/// The clouds in the order of the table; a host outside of them comes last, while it is in use.
pub fn choices(form: &Form, options: &Options) -> Vec<Choice> {
    let mut choices: Vec<Choice> = CLOUDS.iter().map(|cloud| Choice { title: cloud.name.title(), text: "" }).collect();
    if form.cloud(options).is_none() {
        choices.push(Choice { title: "another host, as AuthTokenUrl says", text: "" });
    }
    choices
}

/// The place of the present cloud.
pub fn selected(form: &Form, options: &Options) -> usize {
    let cloud = form.cloud(options);
    cloud.and_then(|cloud| CLOUDS.iter().position(|row| row.name == cloud.name)).unwrap_or(CLOUDS.len())
}

/// Takes the cloud at that place.
pub fn choose(form: &mut Form, place: usize) {
    if let Some(cloud) = CLOUDS.get(place) {
        form.choose_cloud(cloud);
    }
}
