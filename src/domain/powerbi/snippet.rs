//! What the page needs: a WireBootstrap data source for one workspace, as text to copy.

use super::api::Api;
use super::inventory::Workspace;
use crate::domain::text::printable;

/// Where the connector looks by itself.
const USUAL_ROOT: &str = "https://api.powerbi.com/v1.0/myorg";

/// The data source of WireBootstrap's Power BI connector (docs.wirebootstrap.com, "Data Connector") for a workspace.
///
/// The page asks the application for the token; the text holds none.
pub fn data_source(api: &Api, workspace: &Workspace) -> String {
    let root = api.service_root();
    let service_root = if root == USUAL_ROOT { String::new() } else { format!("    ServiceRoot: \"{root}\",\n") };
    // A line comment ends with its line, and a printable text has no line ends.
    format!(
        "// Workspace: {}\n\
         const answer = await fetch(\"/tokens/GetAccessToken\");\n\
         const token = (await answer.json()).access_token;\n\
         const source = new wire.data.DataSource(\"pbi\", {{\n\
         {service_root}    Headers: {{ Authorization: \"Bearer \" + token }},\n    Provider: {{ groupId: \"{}\" }}\n}});\n",
        printable(&workspace.name),
        workspace.id
    )
}
