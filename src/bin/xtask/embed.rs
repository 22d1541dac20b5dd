//! The lines with which a portal takes the widget in, for the files of one release.

use std::fmt::Write;

use svar::questionnaire::compact;

use crate::{
    names::integrity,
    project::Outcome,
    site::{First, Site},
};

/// Stands for the address where the site is served, which nobody knows yet.
const ORIGIN: &str = "https://svar.example";

/// The lines for an element, and those for a frame.
///
/// # Errors
/// The site lacks one of the scripts, or the study.
pub(crate) fn lines(site: &Site, study: &str) -> Outcome<[String; 2]> {
    let script = |path: &str| {
        let bytes = site.files.get(path).ok_or_else(|| format!("expected {path} in the site, found it not"))?;
        let integrity = integrity(bytes);
        Ok::<_, String>(format!(
            "<script type=\"module\" src=\"{ORIGIN}/{path}\"\n        integrity=\"{integrity}\" \
             crossorigin=\"anonymous\"></script>"
        ))
    };
    let First { wave, .. } = site.first.get(study).ok_or_else(|| format!("expected a study {study}, found none"))?;
    let element = format!(
        "<svar-questionnaire study=\"{ORIGIN}/studies/{study}/study.svar\" wave=\"{wave}\" lang=\"nb\">\
         </svar-questionnaire>"
    );
    let frame = format!("<svar-frame src=\"{ORIGIN}/{study}/\" lang=\"nb\"></svar-frame>");
    Ok([format!("{}\n{element}\n", script(&site.element)?), format!("{}\n{frame}\n", script(&site.frame)?)])
}

/// `EMBED.md`, which goes to whoever builds the portal.
///
/// # Errors
/// As for the lines.
pub(crate) fn page(site: &Site, study: &str) -> Outcome<String> {
    let [element, frame] = lines(site, study)?;
    let mut page = format!(
        "# Embed code of Svar {}\n\n\
         For the files that lie beside this one. `{ORIGIN}` stands for the address where they are served.\n\n\
         ## Element\n\n```html\n{element}```\n\n## Frame\n\n```html\n{frame}```\n\n\
         The invitation is given by script, as the property `invitation`, and what else the page needs is in\n\
         `docs/embedding.md`. The names and hashes are those of this release: a page that names them gets these very files or\n\
         none. Who serves the site therefore keeps the files of earlier releases beside the new ones until every portal has\n\
         taken the new lines. Manifests and pages keep their names. The format of the manifests is number {}: coming from\n\
         another number, portals take the new lines at the same time as the site is put in place.\n\n\
         ## Studies\n\n| study | wave | element: `study` | frame: `src` |\n| --- | --- | --- | --- |\n",
        env!("CARGO_PKG_VERSION"),
        compact::VERSION,
    );
    for (id, First { wave, .. }) in &site.first {
        writeln!(page, "| {id} | `{wave}` | `{ORIGIN}/studies/{id}/study.svar` | `{ORIGIN}/{id}/` |")?;
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_vouch_for_the_scripts() -> Outcome<()> {
        let path = |name: &str| format!("{name}.0123456789abcdef.js");
        let (element, frame) = (path("svar-element"), path("svar-frame"));
        let first = First { wave: "q1".to_owned(), page: Vec::new(), element: Vec::new() };
        let mut site = Site {
            files: [&element, &frame].map(|path| (path.clone(), path.as_bytes().to_vec())).into(),
            first: [("nsac".to_owned(), first)].into(),
            element: element.clone(),
            frame: frame.clone(),
        };
        let lines = lines(&site, "nsac")?;
        for (place, parts) in [
            (
                0,
                [format!("src=\"https://svar.example/{element}\""), "studies/nsac/study.svar\" wave=\"q1\"".to_owned()],
            ),
            (1, [format!("src=\"https://svar.example/{frame}\""), "src=\"https://svar.example/nsac/\"".to_owned()]),
        ] {
            let vouched = format!("integrity=\"{}\" crossorigin", integrity([&element, &frame][place].as_bytes()));
            for part in parts.iter().chain([&vouched]) {
                assert!(lines[place].contains(part), "{part} in {}", lines[place]);
            }
            let page = page(&site, "nsac")?;
            assert!(page.contains(&lines[place]) && page.contains(&format!(" number {}:", compact::VERSION)));
        }
        assert!(super::lines(&site, "health-at-work").is_err());
        site.files.clear();
        assert!(super::lines(&site, "nsac").is_err());
        Ok(())
    }
}
