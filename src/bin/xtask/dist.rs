//! The release: the site as small as it gets, hashed, compressed, measured.

use std::{io::Write, path::PathBuf};

use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

use crate::{
    crates::{self, Crates},
    embed, library, licences,
    names::Naming,
    npm,
    project::{self, Outcome, Project},
    sbom,
    site::{self, Files, First, NOTICES, Parts, Site},
    smaller,
};
use svar::tools::site::PACKAGE;

/// Most bytes, under brotli, that may be needed for the first question. The nearest peers with branching and
/// languages need 295–637 KiB (they were measured with everything that the same form needs); half of the smallest is
/// what a slow phone fetches in under a second. The design's first guard; its goal is 75 KiB.
const GUARD: usize = 150 * 1024;

fn folder(project: &Project) -> PathBuf {
    project.root.join("dist")
}

/// Whether npm and Node take the package of the release as it should be.
///
/// # Errors
/// They do not, or cannot be run.
pub(crate) fn check(project: &Project) -> Outcome<()> {
    npm::check(&folder(project).join(PACKAGE))
}

/// Writes `dist/` and tells its sizes: false if the first question needs more than the guard allows.
///
/// # Errors
/// The release cannot be built or written, or has something in it that may not be passed on.
pub(crate) fn dist(project: &Project) -> Outcome<bool> {
    // Before minutes of building.
    let crates = crates::linked(project)?;
    licences::check(&crates)?;
    let parts = Parts::make(project, true)?;
    pack(project, parts, &crates)
}

/// Joins the parts, and writes them with what goes along.
fn pack(project: &Project, parts: Parts, crates: &Crates) -> Outcome<bool> {
    let notices = licences::notices(crates, &project::read_text(&project.root.join("LICENSE-MIT"))?)?;
    let package = npm::package(project, parts.package()?, &notices)?;
    let site = parts.join(Naming::Hashed, site::STUDY)?;
    library::check(crates, &site.files)?;
    let mut compressed = Files::new();
    let mut sizes = Vec::new();
    for (path, bytes) in &site.files {
        let (gzip, brotli) = (gzip(bytes)?, brotli(bytes)?);
        sizes.push(Size { path, raw: bytes.len(), gzip: gzip.len(), brotli: brotli.len() });
        compressed.insert(format!("{path}.gz"), gzip);
        compressed.insert(format!("{path}.br"), brotli);
    }
    let needed = tell(&site, &sizes);
    let [element, frame] = embed::lines(&site, site::STUDY)?;
    println!("\nfor a page with the element in it\n\n{element}\nfor a page with a frame in it\n\n{frame}");

    let mut files = site.files.clone();
    files.extend(package.into_iter().map(|(path, bytes)| (format!("{PACKAGE}/{path}"), bytes)));
    let materials = serde_json::to_vec_pretty(&sbom::list(crates, &files, &smaller::tools(project)?)?)?;
    files.insert("sbom.cdx.json".to_owned(), materials);
    files.insert(NOTICES.to_owned(), notices.into_bytes());
    files.insert("EMBED.md".to_owned(), embed::page(&site, site::STUDY)?.into_bytes());
    files.extend(compressed);
    let folder = folder(project);
    site::write(&folder, &files)?;
    println!("in {}", folder.strip_prefix(&project.root).unwrap_or(&folder).display());
    if needed <= GUARD {
        return Ok(true);
    }
    println!("the first question: expected at most {GUARD} bytes under brotli, found {needed}");
    Ok(false)
}

#[derive(Clone, Copy, Debug)]
struct Size<'a> {
    path: &'a str,
    raw: usize,
    gzip: usize,
    brotli: usize,
}

impl Size<'_> {
    fn sum<'a>(path: &'a str, sizes: impl Iterator<Item = Size<'a>>) -> Size<'a> {
        sizes.fold(Size { path, raw: 0, gzip: 0, brotli: 0 }, |sum, size| Size {
            path,
            raw: sum.raw.saturating_add(size.raw),
            gzip: sum.gzip.saturating_add(size.gzip),
            brotli: sum.brotli.saturating_add(size.brotli),
        })
    }
}

/// Prints the table and returns the most bytes that the first question of a study needs, on its page or in an element.
fn tell(site: &Site, sizes: &[Size<'_>]) -> usize {
    let mut rows = sizes.to_vec();
    rows.push(Size::sum("all", sizes.iter().copied()));
    let titles: Vec<(String, &Vec<String>)> = site
        .first
        .iter()
        .flat_map(|(id, First { wave, page, element })| {
            let until = format!("until the first question of {} ({id})", wave.to_uppercase());
            [(format!("a page, {until}"), page), (format!("an element, {until}"), element)]
        })
        .collect();
    let mut most = 0;
    for (title, needed) in &titles {
        let sum = Size::sum(title, sizes.iter().copied().filter(|size| needed.iter().any(|path| path == size.path)));
        most = most.max(sum.brotli);
        rows.push(sum);
    }
    let width = rows.iter().map(|row| row.path.chars().count()).max().unwrap_or_default();
    println!("{:width$}  {:>8}  {:>8}  {:>8}", "file (bytes)", "raw", "gzip", "brotli");
    for row in rows {
        println!("{:width$}  {:>8}  {:>8}  {:>8}", row.path, row.raw, row.gzip, row.brotli);
    }
    most
}

fn gzip(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

fn brotli(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let parameters = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn what_is_packed_is_what_is_unpacked() -> Outcome<()> {
        for bytes in [Vec::new(), b"svar".to_vec(), b"svar ".repeat(10_000)] {
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(&*gzip(&bytes)?).read_to_end(&mut unpacked)?;
            assert_eq!(unpacked, bytes);
            unpacked.clear();
            brotli::BrotliDecompress(&mut &*brotli(&bytes)?, &mut unpacked)?;
            assert_eq!(unpacked, bytes);
        }
        Ok(())
    }

    #[test]
    fn the_guard_sees_what_the_first_question_needs() {
        let size = |path, brotli| Size { path, raw: 0, gzip: 0, brotli };
        let sizes = [size("a", 1), size("b", 2), size("c", 4)];
        for (page, element, most) in [(["a", "c"], ["a", "b"], 5), (["a", "b"], ["b", "c"], 6)] {
            let [page, element] = [page, element].map(|paths| paths.map(str::to_owned).to_vec());
            let first = [("s".to_owned(), First { wave: "q1".to_owned(), page, element })].into();
            let site = Site { files: Files::new(), first, element: String::new(), frame: String::new() };
            assert_eq!(tell(&site, &sizes), most);
        }
    }
}
