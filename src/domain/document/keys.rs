//! The keys as .NET's configuration flattens them: which occur twice, and where the seven settings are.
//!
//! Nested names are joined by colons and compared ignoring case, so `{"a":{"b":1},"A:B":2}` names one key twice. The
//! names are kept as a tree of segments instead of joined texts: a long name with many members costs nothing extra.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use jsonc_parser::ast::{Object, ObjectProp, ObjectPropName, Value};
use jsonc_parser::common::Ranged;

use super::fault::FaultKind;
use super::lexer::Found;
use crate::domain::setting::SettingName;

/// What kind of JSON value stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Number,
    Boolean,
    Null,
    Object,
    Array,
}

/// Where a key and its value stand, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
    pub(super) shape: Shape,
}

impl Member {
    fn new(property: &ObjectProp<'_>) -> Self {
        let key = match &property.name {
            ObjectPropName::String(name) => name.range,
            ObjectPropName::Word(name) => name.range,
        };
        let value = property.value.range();
        Self { key: key.start..key.end, value: value.start..value.end, shape: shape(&property.value) }
    }
}

/// What an edit has to know of the root object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// The seven settings, indexed by their names.
    pub(super) settings: [Option<Member>; 7],
    /// The last member, whatever it is.
    pub(super) last: Option<Member>,
    /// The root's braces and all between them.
    pub(super) root: Range<usize>,
}

impl Layout {
    /// Finds the settings among the root's members.
    pub(super) fn new(root: &Object<'_>) -> Self {
        let mut settings = [const { None }; 7];
        for property in &root.properties {
            if let Some(name) = SettingName::from_key(property.name.as_str())
                && let Some(slot) = settings.get_mut(name as usize)
                && (slot.is_none() || is_stored(&property.value))
            {
                *slot = Some(Member::new(property));
            }
        }
        Self { settings, last: root.properties.last().map(Member::new), root: root.range.start..root.range.end }
    }

    /// Where a setting stands.
    pub(super) fn setting(&self, name: SettingName) -> Option<&Member> {
        self.settings.get(name as usize).and_then(Option::as_ref)
    }
}

fn shape(value: &Value<'_>) -> Shape {
    match value {
        Value::StringLit(_) => Shape::Text,
        Value::NumberLit(_) => Shape::Number,
        Value::BooleanLit(_) => Shape::Boolean,
        Value::NullKeyword(_) => Shape::Null,
        Value::Object(_) => Shape::Object,
        Value::Array(_) => Shape::Array,
    }
}

/// Whether .NET stores something under the key itself: an object or array with members has only keys below it, while
/// an empty one stores a null, over what was there before.
fn is_stored(value: &Value<'_>) -> bool {
    match value {
        Value::Object(object) => object.properties.is_empty(),
        Value::Array(array) => array.elements.is_empty(),
        Value::StringLit(_) | Value::NumberLit(_) | Value::BooleanLit(_) | Value::NullKeyword(_) => true,
    }
}

/// Refuses a key that .NET would find twice.
pub(super) fn refuse_duplicates(root: &Object<'_>, text: &str) -> Found<()> {
    let mut walk = Walk { text, nodes: HashMap::new(), stored: vec![None], path: Vec::new() };
    walk.members(root, 0)
}

struct Walk<'a> {
    text: &'a str,
    /// From a node and a folded segment to the node below.
    nodes: HashMap<(usize, String), usize>,
    /// For each node the byte where something was stored under it.
    stored: Vec<Option<usize>>,
    path: Vec<Cow<'a, str>>,
}

impl<'a> Walk<'a> {
    // The nesting is at most 64 deep, so that this recursion is bounded.
    fn members(&mut self, object: &'a Object<'_>, node: usize) -> Found<()> {
        for property in &object.properties {
            let name = property.name.as_str();
            let below = name.split(':').fold(node, |node, segment| self.below(node, segment));
            self.path.push(Cow::Borrowed(name));
            self.value(&property.value, below, Member::new(property).key.start)?;
            self.path.pop();
        }
        Ok(())
    }

    fn value(&mut self, value: &'a Value<'_>, node: usize, place: usize) -> Found<()> {
        match value {
            Value::Object(object) if !object.properties.is_empty() => self.members(object, node),
            Value::Array(array) if !array.elements.is_empty() => {
                for (index, element) in array.elements.iter().enumerate() {
                    let segment = index.to_string();
                    let below = self.below(node, &segment);
                    self.path.push(Cow::Owned(segment));
                    self.value(element, below, element.range().start)?;
                    self.path.pop();
                }
                Ok(())
            }
            Value::Object(_) | Value::Array(_) => {
                // .NET stores a null here without looking whether there is something already.
                if let Some(stored) = self.stored.get_mut(node) {
                    stored.get_or_insert(place);
                }
                Ok(())
            }
            Value::StringLit(_) | Value::NumberLit(_) | Value::BooleanLit(_) | Value::NullKeyword(_) => {
                match self.stored.get_mut(node) {
                    Some(Some(first)) => {
                        let first_line = self.text.get(..*first).unwrap_or("").matches('\n').count() + 1;
                        Err((FaultKind::Duplicate { key: self.path.join(":"), first_line }, place))
                    }
                    Some(stored) => {
                        *stored = Some(place);
                        Ok(())
                    }
                    None => Ok(()),
                }
            }
        }
    }

    fn below(&mut self, node: usize, segment: &str) -> usize {
        let fresh = self.stored.len();
        let below = *self.nodes.entry((node, folded(segment))).or_insert(fresh);
        if below == fresh {
            self.stored.push(None);
        }
        below
    }
}

/// The text as .NET's `OrdinalIgnoreCase` compares it: one character for one, and none that is not ASCII becomes ASCII.
fn folded(text: &str) -> String {
    text.chars()
        .map(|letter| {
            let mut upper = letter.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(single), None) if letter.is_ascii() || !single.is_ascii() => single,
                _ => letter,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn case_is_folded_as_dotnet_does() {
        assert_eq!(folded("clientId"), "CLIENTID");
        assert_eq!(folded("\u{e9}"), "\u{c9}");
        // Eszett has no single capital, dotless i and long s would become ASCII.
        assert_eq!(folded("\u{df}\u{131}\u{17f}"), "\u{df}\u{131}\u{17f}");
    }
}
