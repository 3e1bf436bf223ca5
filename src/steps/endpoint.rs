//! Step Endpoint: the cloud as one choice, and the two settings that it sets.

use super::form::Form;
use super::questions::{Choice, Question};
use crate::domain::cloud::{CLOUDS, CloudName};
use crate::domain::registration::Options;
use crate::domain::setting::SettingName;

/// What the step asks.
pub const QUESTIONS: &[Question] =
    &[Question::Cloud, Question::Setting(SettingName::AuthTokenUrl), Question::Setting(SettingName::Resource)];

/// The clouds in the order of the table; a host outside of them comes last, while it is in use.
pub fn choices(form: &Form, options: &Options) -> Vec<Choice> {
    let mut choices: Vec<Choice> = CLOUDS.iter().map(|cloud| choice(cloud.name)).collect();
    if form.cloud(options).is_none() {
        let is_local = form.inspect(options).plan.cloud == Some(CloudName::Local);
        let short = if is_local { "local" } else { "another" };
        choices.push(Choice { title: "another host, as AuthTokenUrl says", short, text: "" });
    }
    choices
}

const fn choice(cloud: CloudName) -> Choice {
    let (short, text) = match cloud {
        CloudName::Public => ("public", ""),
        CloudName::Gcc => ("GCC", "US government; signs in at the host of the public cloud."),
        CloudName::GccHigh => ("GCC High", "US government, high."),
        CloudName::Dod => ("DoD", "US Department of Defense."),
        CloudName::China => ("China", "Operated by 21Vianet."),
        CloudName::Local => ("local", ""),
    };
    Choice { title: cloud.title(), short, text }
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
