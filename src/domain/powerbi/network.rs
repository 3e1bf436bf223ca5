//! No answer from the API: the network between here and Power BI.

use super::api::Api;
use crate::domain::diagnosis::Diagnosis;
use crate::domain::endpoint::{self, Endpoint, Trust};
use crate::domain::exchange::TransportError;
use crate::domain::registration::Version;
use crate::domain::transport;

/// Explains why there was no answer from the API.
///
/// The words are those for the sign-in host, with the place of the API in the place of the setting.
pub fn unreachable(error: &TransportError, api: &Api) -> Diagnosis {
    let root = api.root();
    let trust = if endpoint::is_loopback(root) { Trust::Loopback } else { Trust::Allowed };
    let place = Endpoint { url: root.clone(), version: Version::V1, trust, tenant: None };
    let mut diagnosis = transport::explain(error, &place);
    diagnosis.setting = None;
    let name = if api.is_named() { "--powerbi-api" } else { "the address of Power BI" };
    let renamed = |text: &str| text.replace("AuthTokenUrl", name);
    diagnosis.title = renamed(&diagnosis.title);
    diagnosis.action = renamed(&diagnosis.action);
    diagnosis.cause = renamed(&diagnosis.cause);
    for remedy in &mut diagnosis.remedies {
        *remedy = renamed(remedy);
    }
    diagnosis.remedy(format!("The token itself is there; only {} is out of reach from this machine.", api.origin()))
}
