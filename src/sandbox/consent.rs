//! The pages on which consent would be given: they say that this is practice, and what the real ones ask. Looking at
//! one changes nothing.

/// The longest text of the address that is shown again, in characters.
const LONGEST: usize = 100;

/// Whom the real page asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// An administrator, for everybody.
    Admin,
    /// A user, for himself.
    User,
}

/// The page for the app of that ID in that tenant.
pub(super) fn page(asked: Asked, tenant: &str, client_id: &str) -> String {
    let (tenant, client_id) = (escaped(tenant), escaped(client_id));
    let (who, whom) = match asked {
        Asked::Admin => ("an administrator", "everybody in the organisation"),
        Asked::User => ("the user", "this user alone"),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Practice: consent</title></head><body>\n\
         <h1>This is practice</h1>\n\
         <p>Nothing can be granted here, and looking at this page changed nothing.</p>\n\
         <p>The real page asks {who} of tenant {tenant} to sign in, names the app {client_id} and its publisher, and \
         lists what the app wants to do: for this wizard that is to read and use Power BI. Accept grants it for \
         {whom}. Then the test passes the place where it was refused.</p>\n\
         <p>To go on practising, choose another row of the account book: key b in the wizard.</p>\n\
         </body></html>\n"
    )
}

/// A text of the address as text of the page.
fn escaped(text: &str) -> String {
    let mut safe = String::new();
    for letter in text.chars().filter(|letter| !letter.is_control()).take(LONGEST) {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_address_says_is_text() {
        let page = page(Asked::Admin, "contoso.example", "<script>alert('1')</script>&\"\u{1b}");
        assert!(page.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&quot;"), "{page}");
        assert!(!page.contains("<script") && !page.contains('\u{1b}'));
        assert!(page.contains("This is practice") && page.contains("contoso.example"));
    }
}
