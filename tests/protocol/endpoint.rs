//! URLs that a credential or a token may be sent to.

use edge_oauth2::protocol::endpoint::Endpoint;

use crate::support::{check_rows, same};

#[test]
fn accepted_with_their_origin() {
    check_rows(
        [
            ("https", ("https://a.example/token", "https://a.example")),
            ("no path", ("https://a.example", "https://a.example")),
            ("query", ("https://a.example?tenant=1", "https://a.example")),
            (
                "query with a slash",
                ("https://a.example?x=/y@z", "https://a.example"),
            ),
            (
                "path with an at sign",
                ("https://a.example/@b:c", "https://a.example"),
            ),
            (
                "port",
                ("https://a.example:8443/token", "https://a.example:8443"),
            ),
            (
                "default port",
                ("https://a.example:443/token", "https://a.example"),
            ),
            (
                "highest port",
                ("https://a.example:65535", "https://a.example:65535"),
            ),
            (
                "upper case",
                ("HTTPS://A.Example:443/Token", "https://a.example"),
            ),
            (
                "underscore",
                (
                    "https://my_service.internal/",
                    "https://my_service.internal",
                ),
            ),
            (
                "punycode",
                (
                    "https://xn--bcher-kva.example/",
                    "https://xn--bcher-kva.example",
                ),
            ),
            ("IPv4", ("https://192.0.2.1/token", "https://192.0.2.1")),
            (
                "IPv6",
                ("https://[2001:DB8::1]/token", "https://[2001:db8::1]"),
            ),
            (
                "IPv6 with a port",
                ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443"),
            ),
            (
                "http to localhost",
                ("http://localhost/token", "http://localhost"),
            ),
            (
                "http to localhost, port",
                ("http://localhost:3000/", "http://localhost:3000"),
            ),
            (
                "http, default port",
                ("http://localhost:80/", "http://localhost"),
            ),
            (
                "http, the other's default port",
                ("http://localhost:443/", "http://localhost:443"),
            ),
            (
                "http to a name of localhost",
                ("http://auth.localhost/", "http://auth.localhost"),
            ),
            (
                "http to LOCALHOST",
                ("http://LOCALHOST/", "http://localhost"),
            ),
            (
                "http to 127.0.0.1",
                ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ),
            (
                "http to 127/8",
                ("http://127.255.0.3/", "http://127.255.0.3"),
            ),
            ("http to ::1", ("http://[::1]:8080/", "http://[::1]:8080")),
        ],
        |(url, origin)| {
            let endpoint = Endpoint::parse(url)?;
            same(endpoint.as_str(), url)?;
            same(endpoint.origin(), origin)
        },
    );
}

#[test]
fn refused_with_a_reason() {
    check_rows(
        [
            ("empty", ("", "empty")),
            ("relative", ("/token", "absolute")),
            ("no scheme", ("a.example/token", "absolute")),
            ("one slash", ("https:/a.example/token", "absolute")),
            ("no slash", ("https:a.example/token", "absolute")),
            ("three slashes", ("https:///a.example", "host")),
            ("empty host", ("https://", "host")),
            ("empty host, path", ("https:///token", "host")),
            ("empty host, port", ("https://:443/", "host")),
            ("other scheme", ("ftp://a.example/", "https")),
            (
                "javascript",
                ("javascript://a.example/%0aalert(1)", "https"),
            ),
            ("websocket", ("wss://a.example/", "https")),
            ("fragment", ("https://a.example/#x", "fragment")),
            ("empty fragment", ("https://a.example/#", "fragment")),
            (
                "fragment before the path",
                ("https://a.example#@b.example/", "fragment"),
            ),
            ("user", ("https://user@a.example/", "credentials")),
            (
                "user and password",
                ("https://user:pass@a.example/", "credentials"),
            ),
            (
                "user that looks like a host",
                ("https://a.example:443@b.example/", "credentials"),
            ),
            (
                "user that looks like loopback",
                ("http://127.0.0.1@b.example/", "credentials"),
            ),
            ("empty user", ("https://@a.example/", "credentials")),
            ("backslash", ("https://a.example\\@b.example/", "backslash")),
            (
                "backslashes for slashes",
                ("https:\\\\a.example/", "backslash"),
            ),
            (
                "backslash in the path",
                ("https://a.example/\\b", "backslash"),
            ),
            ("tab", ("https://a.exa\tmple/", "white space")),
            ("line break", ("https://a.example/\n", "white space")),
            ("space in front", (" https://a.example/", "white space")),
            (
                "space in the path",
                ("https://a.example/a b", "white space"),
            ),
            ("null character", ("https://a.example/\0", "control")),
            ("non-ASCII host", ("https://bücher.example/", "ASCII")),
            ("non-ASCII path", ("https://a.example/ü", "ASCII")),
            ("full-width letters", ("https://a.example／token", "ASCII")),
            ("escaped host", ("https://a%2eexample/", "host")),
            ("host with a space escaped", ("https://a%20b/", "host")),
            ("two ports", ("https://a.example:1:2/", "host")),
            ("empty port", ("https://a.example:/", "port")),
            ("port 0", ("https://a.example:0/", "port")),
            (
                "port with a zero in front",
                ("https://a.example:0443/", "port"),
            ),
            ("port too high", ("https://a.example:65536/", "port")),
            ("port of letters", ("https://a.example:https/", "port")),
            ("negative port", ("https://a.example:-1/", "port")),
            ("signed port", ("https://a.example:+443/", "port")),
            ("IPv6 without brackets", ("https://2001:db8::1/", "host")),
            ("IPv6 not closed", ("https://[2001:db8::1/", "host")),
            ("IPv6 not opened", ("https://2001:db8::1]/", "host")),
            ("IPv6 with a zone", ("https://[fe80::1%25eth0]/", "host")),
            ("empty brackets", ("https://[]/", "host")),
            ("a name in brackets", ("https://[localhost]/", "host")),
            ("text behind the brackets", ("https://[::1]x/", "host")),
            ("http", ("http://a.example/", "loopback")),
            ("http in capitals", ("HTTP://a.example/", "loopback")),
            (
                "name that begins like loopback",
                ("http://127.0.0.1.evil.com/", "loopback"),
            ),
            (
                "name that begins with localhost",
                ("http://localhost.evil.com/", "loopback"),
            ),
            (
                "name that ends with localhost",
                ("http://evillocalhost/", "loopback"),
            ),
            ("localhost with a dot", ("http://localhost./", "loopback")),
            ("short IPv4", ("http://127.1/", "loopback")),
            ("IPv4 part too high", ("http://127.0.0.256/", "loopback")),
            ("IPv4 with an empty part", ("http://127.0..1/", "loopback")),
            ("IPv4 of five parts", ("http://127.0.0.0.1/", "loopback")),
            ("decimal IPv4", ("http://2130706433/", "loopback")),
            ("hexadecimal IPv4", ("http://0x7f.0.0.1/", "loopback")),
            ("any address", ("http://0.0.0.0/", "loopback")),
            ("private network", ("http://10.0.0.1/", "loopback")),
            ("IPv4 in IPv6", ("http://[::ffff:127.0.0.1]/", "loopback")),
            ("any IPv6 address", ("http://[::]/", "loopback")),
        ],
        |(url, reason)| match Endpoint::parse(url) {
            Ok(endpoint) => Err(format!("accepted as {}", endpoint.origin())),
            Err(problem) if problem.contains(reason) => Ok(()),
            Err(problem) => Err(format!("{problem:?} does not say {reason:?}")),
        },
    );
}

#[test]
fn shown_without_the_query() {
    let endpoint = Endpoint::parse("https://a.example/token?key=marker").unwrap();
    assert_eq!(endpoint.for_display(), "https://a.example/token");
    assert_eq!(format!("{endpoint:?}"), "https://a.example/token");
}
