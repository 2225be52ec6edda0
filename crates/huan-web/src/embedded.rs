//! The web page, built into the program.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::problem::Problem;

/// A file of the page.
struct File {
    path: &'static str,
    etag: &'static str,
    plain: &'static [u8],
    gzip: Option<&'static [u8]>,
}

/// The built page, sorted by path; `build.rs` lists it.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// Everything that is no other route: a file of the page, or the page itself, whose script knows what to show.
pub(crate) async fn page(request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Problem::not_found().into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") {
        return Problem::not_found().into_response();
    }
    if path != "index.html"
        && let Some(response) = file(path, request.headers())
    {
        return response;
    }
    // A missing file is missing; any other address is a place within the page.
    if path.starts_with("assets/") {
        return Problem::not_found().into_response();
    }
    file("index.html", request.headers()).unwrap_or_else(not_built)
}

fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    let index = FILES.binary_search_by(|file| file.path.cmp(path)).ok()?;
    let file = &FILES[index];
    let packed = file.gzip.filter(|_| accepts_gzip(headers));
    let unchanged = headers.get(header::IF_NONE_MATCH).is_some_and(|given| given.as_bytes() == file.etag.as_bytes());
    let mut response = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Body::from(packed.unwrap_or(file.plain)).into_response(),
    };
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    // The names of assets hold a hash of their contents.
    let caching = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    set.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    set.insert(header::ETAG, HeaderValue::from_static(file.etag));
    if packed.is_some() && !unchanged {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Some(response)
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| one.trim().split(';').next() == Some("gzip"))
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// The program was compiled without the page.
fn not_built() -> Response {
    let text = "The web page is not built into this program: run `cargo xtask web`, then build again.\n\
                本程序未包含网页：请先运行 cargo xtask web，再重新构建。\n";
    (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
