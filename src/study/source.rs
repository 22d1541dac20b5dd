//! `study.json` in, [`Study`] out. Every text must exist in every language of the study.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::manifest::{
    CONSENT, CONTACT, Calendar, Consent, Contact, ContactForm, Delay, Detail, Embedding, Endpoint, EndpointKind, Part,
    PublicKey, Start, Study, Summary, Wave, Window, Words, Write,
};
use crate::questionnaire::text::Text;

/// What is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}, found {found}")]
pub struct ManifestError {
    /// Where, such as `study.waves[0].consent.received.en`.
    pub path: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

type Read<T> = Result<T, ManifestError>;

/// Reads a manifest. Questionnaires are named by their source files, as written.
///
/// # Errors
/// The first thing that is not as it should be.
pub fn read(source: &Value) -> Read<Study> {
    let root = Node { value: source, path: "study".to_owned(), languages: &[] };
    let languages: Vec<String> = root.list("languages")?.iter().map(Node::text).collect::<Read<_>>()?;
    if languages.is_empty() {
        return Err(root.expected("at least one language"));
    }
    let root = Node { languages: &languages, ..root };
    let study = Study {
        id: root.at("id")?.id()?,
        version: root.at("version")?.text()?,
        title: root.at("title")?.words()?,
        demonstration: root.value.get("demonstration").and_then(Value::as_bool).unwrap_or(false),
        responsible: root.at("responsible")?.words()?,
        contact: root.at("contact")?.contact()?,
        welcome: root.at("welcome")?.rich()?,
        details: root.list("details")?.iter().map(Node::detail).collect::<Read<_>>()?,
        safety: root.at("safety")?.rich()?,
        declined: root.at("declined")?.rich()?,
        calendar: root.maybe("calendar").map(|node| node.calendar()).transpose()?,
        variants: root.variants()?,
        embedding: root.maybe("embedding").map(|node| node.embedding()).transpose()?.unwrap_or_default(),
        endpoint: root.at("endpoint")?.endpoint()?,
        contact_endpoint: root.maybe("contactEndpoint").map(|node| node.contact_endpoint()).transpose()?,
        waves: root.list("waves")?.iter().map(Node::wave).collect::<Read<_>>()?,
        languages: languages.clone(),
    };
    if study.waves.is_empty() {
        return Err(root.expected("at least one wave"));
    }
    if study.calendar.is_none() && study.waves.iter().any(|wave| wave.window.is_some()) {
        root.at("calendar")?;
    }
    if study.contact_endpoint.is_none() && study.waves.iter().any(|wave| wave.contact.is_some()) {
        root.at("contactEndpoint")?;
    }
    Ok(study)
}

/// A place in the manifest.
struct Node<'a> {
    value: &'a Value,
    path: String,
    languages: &'a [String],
}

impl<'a> Node<'a> {
    fn expected(&self, expected: &str) -> ManifestError {
        let found = match self.value {
            Value::Object(_) => "an object".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            other => other.to_string(),
        };
        ManifestError { path: self.path.clone(), expected: expected.to_owned(), found }
    }

    fn at(&self, name: &str) -> Read<Node<'a>> {
        let path = format!("{}.{name}", self.path);
        match self.value.get(name) {
            Some(value) => Ok(Node { value, path, languages: self.languages }),
            None => Err(ManifestError { path, expected: "a value".to_owned(), found: "nothing".to_owned() }),
        }
    }

    fn maybe(&self, name: &str) -> Option<Node<'a>> {
        self.at(name).ok()
    }

    fn list(&self, name: &str) -> Read<Vec<Node<'a>>> {
        let list = self.at(name)?;
        let entries = list.value.as_array().ok_or_else(|| list.expected("a list"))?;
        let node = |(index, value)| Node { value, path: format!("{}[{index}]", list.path), languages: self.languages };
        Ok(entries.iter().enumerate().map(node).collect())
    }

    fn text(&self) -> Read<String> {
        let text = self.value.as_str().filter(|text| !text.trim().is_empty());
        text.map(str::to_owned).ok_or_else(|| self.expected("a text"))
    }

    /// An id travels in links, file names and tables: lower-case letters, digits and hyphens.
    fn id(&self) -> Read<String> {
        let id = self.text()?;
        let plain = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if plain { Ok(id) } else { Err(self.expected("lower-case letters, digits and hyphens")) }
    }

    fn variants(&self) -> Read<Vec<String>> {
        if self.maybe("variants").is_none() {
            return Ok(Vec::new());
        }
        let mut variants = Vec::new();
        for node in self.list("variants")? {
            let id = node.id()?;
            if variants.contains(&id) {
                return Err(node.expected("each variant once"));
            }
            variants.push(id);
        }
        if variants.is_empty() { Err(self.at("variants")?.expected("at least one variant")) } else { Ok(variants) }
    }

    fn minutes(&self) -> Read<u32> {
        let minutes = self.value.as_u64().and_then(|minutes| u32::try_from(minutes).ok());
        minutes.filter(|minutes| (1..=240).contains(minutes)).ok_or_else(|| self.expected("minutes from 1 to 240"))
    }

    fn count(&self, range: std::ops::RangeInclusive<u32>, what: &str) -> Read<u32> {
        let count = self.value.as_u64().and_then(|count| u32::try_from(count).ok());
        let expected = || self.expected(&format!("{what} from {} to {}", range.start(), range.end()));
        count.filter(|count| range.contains(count)).ok_or_else(expected)
    }

    /// Whether the zone and the date exist is for the tools to say, which know them.
    fn calendar(&self) -> Read<Calendar> {
        let delay = self.maybe("delay").map(|delay| {
            let included_before = delay.at("includedBefore")?.text()?;
            Ok(Delay { included_before, months: delay.at("months")?.count(1..=60, "months")? })
        });
        Ok(Calendar { time_zone: self.at("timeZone")?.text()?, delay: delay.transpose()? })
    }

    fn window(&self) -> Read<Window> {
        let from = self.at("from")?;
        let start = match from.text()?.as_str() {
            "mailing" => Start::Mailing,
            "randomisation" => Start::Randomisation,
            _ => return Err(from.expected("`mailing` or `randomisation`")),
        };
        Ok(Window {
            from: start,
            months: self.maybe("months").map_or(Ok(0), |months| months.count(0..=120, "months"))?,
            days: self.at("days")?.count(1..=366, "days")?,
        })
    }

    fn in_each_language(&self, text: impl Fn(String) -> Text) -> Read<Words> {
        self.languages.iter().map(|language| Ok(text(self.at(language)?.text()?))).collect::<Read<Vec<_>>>().map(Words)
    }

    fn words(&self) -> Read<Words> {
        self.in_each_language(Text::Plain)
    }

    fn rich(&self) -> Read<Words> {
        self.in_each_language(|source| Text::from_markdown(&source))
    }

    fn contact(&self) -> Read<Contact> {
        let (email, phone) = (self.at("email")?.text()?, self.at("phone")?.text()?);
        Ok(Contact { name: self.at("name")?.words()?, email, phone })
    }

    fn detail(&self) -> Read<Detail> {
        Ok(Detail { title: self.at("title")?.words()?, text: self.at("text")?.rich()? })
    }

    fn embedding(&self) -> Read<Embedding> {
        let origins = |name| match self.maybe(name) {
            Some(_) => self.list(name)?.iter().map(Node::origin).collect(),
            None => Ok(Vec::new()),
        };
        Ok(Embedding { element: origins("element")?, frame: origins("frame")? })
    }

    /// An origin as browsers write it: no path, no capital letters, no port that its scheme has anyway.
    fn origin(&self) -> Read<String> {
        let origin = self.text()?;
        let secure = origin.strip_prefix("https://").map(|host| (host, ":443"));
        let plain = origin.strip_prefix("http://").filter(|host| is_loopback(host)).map(|host| (host, ":80"));
        let fits = secure.or(plain).is_some_and(|(host, usual)| {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]".contains(c);
            !host.is_empty() && host.chars().all(plain) && !host.ends_with(usual)
        });
        if fits { Ok(origin) } else { Err(self.expected("an origin, such as `https://portal.example`")) }
    }

    fn endpoint(&self) -> Read<Endpoint> {
        let kind = self.at("kind")?;
        let kind = match kind.text()?.as_str() {
            "fhir" => EndpointKind::Fhir,
            "sealed" => EndpointKind::Sealed,
            "flat" => EndpointKind::Flat,
            _ => return Err(kind.expected("`fhir`, `sealed` or `flat`")),
        };
        let key = self.maybe("key").map(|key| key.public_key()).transpose()?;
        if kind == EndpointKind::Sealed && key.is_none() {
            self.at("key")?;
        }
        let earlier_keys = match self.maybe("earlierKeys") {
            Some(_) => self.list("earlierKeys")?.iter().map(Node::text).collect::<Read<_>>()?,
            None => Vec::new(),
        };
        Ok(Endpoint { kind, base: self.at("base")?.base()?, write: self.write()?, key, earlier_keys })
    }

    /// Contact details leave the browser sealed, or not at all.
    fn contact_endpoint(&self) -> Read<Endpoint> {
        let endpoint = self.endpoint()?;
        match endpoint.kind {
            EndpointKind::Sealed => Ok(endpoint),
            _ => Err(self.at("kind")?.expected("`sealed`")),
        }
    }

    fn base(&self) -> Read<String> {
        let address = self.text()?;
        let own = address.starts_with('/') && !address.starts_with("//") && !address.contains('\\');
        let loopback = address.strip_prefix("http://").is_some_and(is_loopback);
        if own || loopback || address.starts_with("https://") {
            Ok(address.trim_end_matches('/').to_owned())
        } else {
            Err(self.expected("an https: address, one on loopback, or a path on the page's own origin"))
        }
    }

    fn write(&self) -> Read<Write> {
        let Some(write) = self.maybe("write") else { return Ok(Write::ConditionalCreate) };
        match write.text()?.as_str() {
            "conditional-create" => Ok(Write::ConditionalCreate),
            "create" => Ok(Write::Create),
            "update" => Ok(Write::Update),
            _ => Err(write.expected("`conditional-create`, `create` or `update`")),
        }
    }

    /// A JWK (RFC 7517) of a public key on P-256. A private one has no business in a file that everybody can read.
    fn public_key(&self) -> Read<PublicKey> {
        for (name, value) in [("kty", "EC"), ("crv", "P-256")] {
            let member = self.at(name)?;
            if member.text()? != value {
                return Err(member.expected(&format!("`{value}`")));
            }
        }
        if let Some(private) = self.maybe("d") {
            return Err(ManifestError { found: "a private key".to_owned(), ..private.expected("nothing") });
        }
        let coordinate = |name: &str| {
            let member = self.at(name)?;
            let text = member.text()?;
            let whole = URL_SAFE_NO_PAD.decode(&text).is_ok_and(|bytes| bytes.len() == 32);
            if whole { Ok(text) } else { Err(member.expected("32 bytes as base64url")) }
        };
        Ok(PublicKey { kid: self.at("kid")?.text()?, x: coordinate("x")?, y: coordinate("y")? })
    }

    fn wave(&self) -> Read<Wave> {
        let parts: Vec<Part> = self.list("parts")?.iter().map(Node::part).collect::<Read<_>>()?;
        if parts.is_empty() {
            return Err(self.expected("a wave with at least one part"));
        }
        Ok(Wave {
            id: self.at("id")?.id()?,
            title: self.at("title")?.words()?,
            welcome: self.maybe("welcome").map(|welcome| welcome.rich()).transpose()?,
            window: self.maybe("window").map(|window| window.window()).transpose()?,
            minutes: self.at("minutes")?.minutes()?,
            consent: self.maybe("consent").map(|consent| consent.consent()).transpose()?,
            contact: self.maybe("contact").map(|contact| contact.contact_form()).transpose()?,
            parts,
        })
    }

    fn consent(&self) -> Read<Consent> {
        Ok(Consent {
            file: self.at("questionnaire")?.text()?,
            taking_part: self.at("takingPart")?.text()?,
            received: self.at("received")?.rich()?,
        })
    }

    fn contact_form(&self) -> Read<ContactForm> {
        let with_identity = self.maybe("withIdentity").map(|file| file.text()).transpose()?;
        let permissions = match with_identity {
            Some(_) => self.list("permissions")?.iter().map(Node::text).collect::<Read<_>>()?,
            None => Vec::new(),
        };
        Ok(ContactForm { file: self.at("questionnaire")?.text()?, with_identity, permissions })
    }

    fn part(&self) -> Read<Part> {
        let id = self.at("id")?;
        if matches!(id.text()?.as_str(), CONSENT | CONTACT) {
            return Err(id.expected("an id that does not stand for the consent or the contact details"));
        }
        Ok(Part {
            id: id.id()?,
            file: self.at("questionnaire")?.text()?,
            minutes: self.at("minutes")?.minutes()?,
            received: self.at("received")?.rich()?,
            summary: self.maybe("summary").map(|summary| summary.summary()).transpose()?,
        })
    }

    fn summary(&self) -> Read<Summary> {
        let items: Vec<String> = self.list("items")?.iter().map(Node::text).collect::<Read<_>>()?;
        if items.is_empty() {
            return Err(self.at("items")?.expected("at least one linkId"));
        }
        Ok(Summary { title: self.at("title")?.words()?, intro: self.at("intro")?.rich()?, items })
    }
}

/// Whether what follows the scheme of an address is this very machine.
fn is_loopback(host: &str) -> bool {
    let is = |name| host.strip_prefix(name).is_some_and(|rest: &str| rest.is_empty() || rest.starts_with([':', '/']));
    ["127.0.0.1", "localhost", "[::1]"].into_iter().any(is)
}
