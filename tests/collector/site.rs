//! The site that the collector serves beside its interface.

use std::fs;

use svar::tools::headers;

use crate::{
    client::{Reply, Request},
    server::{Folder, Server, Setup},
};

struct World {
    server: Server,
    _folder: Folder,
}

/// A site in a folder, beside a file that is none of its business.
fn world() -> World {
    let folder = Folder::new();
    let site = folder.path().join("site");
    fs::create_dir_all(site.join("studies/tiny")).expect("folders");
    fs::create_dir_all(site.join("npm")).expect("folders");
    for (name, content) in [
        ("secret.txt", "secret"),
        ("site/index.html", "<!doctype html><title>Svar</title>"),
        ("site/svar.js", "export {};"),
        ("site/svar.js.gz", "as if it were gzip"),
        ("site/svar.wasm", "\0asm"),
        ("site/svar.0123456789abcdef.wasm", "\0asm"),
        ("site/svar.0123456789abcdef.wasm.br", "as if it were brotli"),
        ("site/svar.css", "p {}"),
        ("site/studies/tiny/study.svar", "SVAR"),
        ("site/studies/tiny/index.html", "<!doctype html>"),
        ("site/collector.sqlite", "secret"),
        ("site/THIRD-PARTY.md", "# Notices"),
        ("site/npm/svar-element.js", "secret"),
        ("site/.hidden.html", "secret"),
    ] {
        fs::write(folder.path().join(name), content).expect("a file");
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path().join("secret.txt"), site.join("link.txt")).expect("a link");
    let server = Server::with(Setup { site: Some(site), ..Setup::default() });
    World { server, _folder: folder }
}

impl World {
    fn get(&self, path: &str) -> Reply {
        Request::new("GET", path).send(self.server.address)
    }

    fn get_as(&self, path: &str, encodings: &str) -> Reply {
        Request::new("GET", path).with("Accept-Encoding", encodings).send(self.server.address)
    }
}

#[test]
fn files_come_with_their_types() {
    let world = world();
    for (path, media_type, content) in [
        ("/", "text/html; charset=utf-8", "<!doctype html><title>Svar</title>"),
        ("/?lang=en", "text/html; charset=utf-8", "<!doctype html><title>Svar</title>"),
        ("/index.html", "text/html; charset=utf-8", "<!doctype html><title>Svar</title>"),
        ("/studies/tiny/", "text/html; charset=utf-8", "<!doctype html>"),
        ("/svar.js", "text/javascript; charset=utf-8", "export {};"),
        ("/svar.css", "text/css; charset=utf-8", "p {}"),
        ("/svar.wasm", "application/wasm", "\0asm"),
        ("/studies/tiny/study.svar", "application/octet-stream", "SVAR"),
        ("/THIRD-PARTY.md", "text/plain; charset=utf-8", "# Notices"),
    ] {
        let reply = world.get(path);
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(reply.header("content-type"), Some(media_type), "{path}");
        assert_eq!(reply.body, content.as_bytes(), "{path}");
    }
    let head = Request::new("HEAD", "/svar.js").send(world.server.address);
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("10"), 0));
    let posted = Request::new("POST", "/svar.js").send(world.server.address);
    assert_eq!((posted.status, posted.header("allow")), (405, Some("GET, HEAD")));
}

#[test]
fn nothing_outside_the_site_and_nothing_that_is_no_page_is_served() {
    let world = world();
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/studies/../../secret.txt",
        "/studies/tiny/..%5c..%5c..%5csecret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/link.txt",
        "/collector.sqlite",
        "/.hidden.html",
        "/npm/svar-element.js",
        "/%6epm/svar-element.js",
        "/svar.js.gz",
        "/studies",
        "/studies/",
        "/missing.html",
        "/svar.js/",
        "/index.html%00.js",
    ] {
        let reply = world.get(path);
        let found = String::from_utf8_lossy(&reply.body).into_owned();
        assert!(!found.contains("secret") && !found.contains("root:"), "{path}: {found}");
        // The one that names a file with a slash behind it is the file, or nothing; never a folder's content.
        assert!(reply.status == 404 || path == "/svar.js/", "{path}: {}", reply.status);
    }
}

#[test]
fn every_page_has_the_headers_that_we_promise_to_work_under() {
    let world = world();
    let policy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
                  img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                  require-trusted-types-for 'script'; trusted-types 'none'";
    for path in ["/", "/svar.js", "/missing.html", "/../secret.txt"] {
        let reply = world.get(path);
        assert_eq!(reply.header("content-security-policy"), Some(policy), "{path}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(reply.header("cross-origin-opener-policy"), Some("same-origin"), "{path}");
        assert!(reply.header("permissions-policy").is_some(), "{path}");
    }
    let api = world.get("/fhir/metadata");
    assert_eq!(api.header("content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
    assert_eq!(api.header("x-content-type-options"), Some("nosniff"));
}

/// A page that somebody may frame says so in its policy, and no other page does.
#[test]
fn a_page_is_framed_by_whom_the_study_names() {
    let folder = Folder::new();
    let site = folder.path().join("site");
    fs::create_dir_all(site.join("tiny")).expect("folders");
    let policy = headers::page_policy(&["https://intranet.example".to_owned(), "https://b.example".to_owned()]);
    assert!(policy.contains("; frame-ancestors https://intranet.example https://b.example; "), "{policy}");
    for (name, content) in [
        ("index.html", "<!doctype html>".to_owned()),
        ("tiny/index.html", "<!doctype html>".to_owned()),
        ("svar-element.js", "export {};".to_owned()),
        ("policies.json", serde_json::json!({ "/tiny/": policy }).to_string()),
    ] {
        fs::write(site.join(name), content).expect("a file");
    }
    let server = Server::with(Setup { site: Some(site.clone()), ..Setup::default() });
    for (path, framed) in [("/", false), ("/tiny/", true), ("/tiny/index.html", true), ("/svar-element.js", false)] {
        let reply = Request::new("GET", path).send(server.address);
        let found = reply.header("content-security-policy").expect("a policy").to_owned();
        assert_eq!(found, if framed { policy.as_str() } else { headers::PAGE_POLICY }, "{path}");
        // A page is for itself; what an element elsewhere loads is for everybody.
        let open = reply.header("access-control-allow-origin");
        assert_eq!(open, if path.ends_with(".js") { Some("*") } else { None }, "{path}");
    }
    // Another release is put in place while the server runs; what cannot be read allows nothing.
    let fewer = headers::page_policy(&["https://b.example".to_owned()]);
    let written = serde_json::json!({ "/tiny/": fewer }).to_string();
    for (written, expected) in [(written.as_str(), fewer.as_str()), ("{", headers::PAGE_POLICY)] {
        fs::write(site.join("policies.json"), written).expect("a file");
        let reply = Request::new("GET", "/tiny/").send(server.address);
        assert_eq!(reply.header("content-security-policy"), Some(expected), "{written}");
    }
}

#[test]
fn packed_neighbours_go_to_those_who_can_unpack_them() {
    let world = world();
    for (path, encodings, expected) in [
        ("/svar.0123456789abcdef.wasm", "gzip, deflate, br, zstd", Some("br")),
        ("/svar.0123456789abcdef.wasm", "gzip", None),
        ("/svar.js", "gzip, br", Some("gzip")),
        ("/svar.js", "gzip;q=0", None),
        ("/svar.css", "gzip, br", None),
    ] {
        let reply = world.get_as(path, encodings);
        assert_eq!(reply.header("content-encoding"), expected, "{path} {encodings}");
        assert_eq!(reply.header("vary"), Some("Accept-Encoding"), "{path} {encodings}");
        assert_eq!(reply.body.starts_with(b"as if it were"), expected.is_some(), "{path} {encodings}");
    }
    let wasm = world.get_as("/svar.0123456789abcdef.wasm", "br");
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
}

#[test]
fn a_name_with_a_hash_is_kept_and_everything_else_is_asked_for_again() {
    let world = world();
    let hashed = world.get("/svar.0123456789abcdef.wasm");
    assert_eq!(hashed.header("cache-control"), Some("public, max-age=31536000, immutable"));
    let plain = world.get("/svar.js");
    assert_eq!(plain.header("cache-control"), Some("no-cache"));
    let tag = plain.header("etag").expect("a tag");
    let ask = |tag: &str, encodings: &str| {
        let request = Request::new("GET", "/svar.js").with("If-None-Match", tag).with("Accept-Encoding", encodings);
        request.send(world.server.address)
    };
    let again = ask(tag, "");
    assert_eq!((again.status, again.body.len(), again.header("etag")), (304, 0, Some(tag)));
    assert_eq!(ask("\"other\"", "").status, 200);
    assert_eq!(ask(tag, "gzip").status, 200, "another encoding is another thing");
}
