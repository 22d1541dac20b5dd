//! The accessibility tree as the browser hands it to a screen reader, as indented text.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::respondent::Respondent;

/// Roles that only group, and the boxes that lines of text are laid out in.
const SILENT: [&str; 7] = ["generic", "none", "InlineTextBox", "LineBreak", "ListMarker", "paragraph", "Legend"];

/// What a slider says in place of its number; the protocol has the number alone.
const SPOKEN: &str = "const host = document.querySelector('#stage > svar-questionnaire:not([hidden])');
    return [...host.shadowRoot.querySelectorAll('[type=range]')].map((range) => range.getAttribute('aria-valuetext'))";

/// States that are told where they are not as they usually are.
const STATES: [&str; 10] =
    ["level", "checked", "pressed", "invalid", "required", "disabled", "expanded", "selected", "live", "multiline"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    node_id: String,
    ignored: bool,
    role: Option<Said>,
    name: Option<Said>,
    description: Option<Said>,
    value: Option<Said>,
    #[serde(default)]
    properties: Vec<Property>,
    #[serde(default)]
    child_ids: Vec<String>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct Property {
    name: String,
    value: Said,
}

fn words(said: &Option<Said>) -> String {
    match said.as_ref().map(|said| &said.value) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(words)) => words.split_whitespace().collect::<Vec<_>>().join(" "),
        Some(other) => other.to_string(),
    }
}

/// What stands in the page's `main`.
pub(crate) async fn said(person: &Respondent) -> String {
    person.cdp().send_raw("Accessibility.enable", json!({})).await.expect("the tree");
    let tree = person.cdp().send_raw("Accessibility.getFullAXTree", json!({})).await.expect("the tree");
    let nodes: Vec<Node> = serde_json::from_value(tree["nodes"].clone()).expect("nodes");
    let nodes: HashMap<&str, &Node> = nodes.iter().map(|node| (node.node_id.as_str(), node)).collect();
    let main = nodes.values().copied().find(|node| words(&node.role) == "main").expect("a main part");
    let spoken: Vec<String> = serde_json::from_value(person.script(SPOKEN, vec![]).await).expect("words of sliders");
    let mut tree = Tree { nodes, spoken: spoken.into_iter(), told: String::new() };
    for child in &main.child_ids {
        tree.tell(child, 0, "");
    }
    tree.told
}

struct Tree<'a> {
    nodes: HashMap<&'a str, &'a Node>,
    /// What the sliders say, one after the other.
    spoken: std::vec::IntoIter<String>,
    told: String,
}

impl Tree<'_> {
    fn tell(&mut self, id: &str, depth: usize, above: &str) {
        let Some(node) = self.nodes.get(id).copied() else { return };
        let told = &mut self.told;
        let (role, name) = (words(&node.role), words(&node.name));
        // Its words are told as the name of the field.
        if role == "LabelText" {
            return;
        }
        // Text is told once, by what is named by it.
        let said_already = role == "StaticText" && above.contains(&name);
        let silent = node.ignored || said_already || SILENT.contains(&role.as_str());
        let mut named = above.to_owned();
        if !silent {
            told.push_str(&"  ".repeat(depth));
            told.push_str(if role == "StaticText" { "text" } else { &role });
            if !name.is_empty() {
                told.push_str(&format!(" «{name}»"));
            }
            let value = if role == "slider" { self.spoken.next().unwrap_or_default() } else { words(&node.value) };
            if !value.is_empty() && value != name {
                told.push_str(&format!(" = {value}"));
            }
            for Property { name, value } in &node.properties {
                let value = words(&Some(Said { value: value.value.clone() }));
                let usual = matches!(value.as_str(), "" | "false" | "off") && name != "checked" && name != "pressed";
                if STATES.contains(&name.as_str()) && !usual {
                    told.push_str(&format!(" {name}={value}"));
                }
            }
            let description = words(&node.description);
            if !description.is_empty() {
                told.push_str(&format!(" ({description})"));
            }
            told.push('\n');
            named = format!("{name} {value}");
        }
        for child in &node.child_ids {
            self.tell(child, if silent { depth } else { depth + 1 }, &named);
        }
    }
}

/// Where two texts differ first: the line, and what each has there.
pub(crate) fn first_difference(known: &str, found: &str) -> Option<String> {
    let (mut before, mut now) = (known.lines(), found.lines());
    for number in 1.. {
        match (before.next(), now.next()) {
            (None, None) => return None,
            (one, other) if one == other => {}
            (one, other) => {
                return Some(format!(
                    "line {number}: expected {:?}, found {:?}",
                    one.unwrap_or(""),
                    other.unwrap_or("")
                ));
            }
        }
    }
    None
}

#[test]
fn a_difference_is_told_by_its_line() {
    assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
    assert!(first_difference("a\nb\n", "a\nc\n").is_some_and(|told| told.starts_with("line 2")));
    assert!(first_difference("a\n", "a\nb\n").is_some_and(|told| told.starts_with("line 2")));
}
