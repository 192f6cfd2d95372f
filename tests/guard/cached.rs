//! Callers that are known, for whom nobody has to wait.

use edge_oauth2::inbound::Seen;

use super::*;

#[test]
fn whoever_was_let_through_is_known() {
    let (api, token) = (api(), jwt(""));
    api.issue("opaque", "");
    api.issue(&token, "");
    let plain = Requirements::default();
    for (token, requirements, by) in [
        ("opaque", plain.clone(), "introspection"),
        (&token, plain.clone(), "jwt"),
        (&token, both(), "both"),
    ] {
        assert_eq!(api.cached(token, &requirements), None);
        api.call(bearer(token).as_deref(), &requirements).unwrap();
        assert_eq!(api.cached(token, &requirements), Some(by));
    }
    let sent = api.world.sent();
    api.answer(Reply::broken(0));
    assert_eq!(api.cached("opaque", &plain), Some("introspection"));
    assert_eq!(api.world.sent(), sent);
}

#[test]
fn nobody_else_is() {
    let (api, token) = (api(), jwt(""));
    api.issue("opaque", "");
    api.authorize("opaque").unwrap();
    api.authorize(&token).unwrap();
    refused(api.authorize("unknown"), "unknown");
    let plain = Requirements::default();
    assert_eq!(api.cached("unknown", &plain), None);
    for (token, requirements) in [
        ("opaque", audience(&[AUDIENCE])),
        ("opaque", audience(&[])),
        ("opaque", scopes(&["read"])),
        ("opaque", scopes(&["two words"])),
        (
            "opaque",
            Requirements {
                any_scope: Some(Vec::new()),
                ..plain.clone()
            },
        ),
        (&token, audience(&["other"])),
        (&token, both()),
        (&token, scopes(&["read"])),
    ] {
        assert_eq!(api.cached(token, &requirements), None, "{requirements:?}");
    }
    let api = api.with(|api| api.verifies = false);
    assert_eq!(api.cached("opaque", &plain), Some("introspection"));
    assert_eq!(api.cached("opaque", &both()), None);
    let (_, guard) = api.guard();
    for header in [
        None,
        Some(""),
        Some("Basic YTpi"),
        Some("Bearer opaque, Bearer opaque"),
    ] {
        assert!(guard.cached(header, &plain).is_none());
    }
}

#[test]
fn a_bound_token_is_never_known() {
    let (api, token) = (api(), jwt(r#","cnf":{"jkt":"x"}"#));
    api.issue("opaque", r#","cnf":{"jkt":"x"}"#);
    api.issue("nameless", r#","token_type":"DPoP""#);
    for token in ["opaque", "nameless", &token] {
        refused(api.authorize(token), token);
        assert_eq!(api.cached(token, &Requirements::default()), None);
    }
}

/// What was asked about for a route that wants both is not good for one that does not, when its signature is not.
#[test]
fn what_the_server_says_of_a_jwt_is_not_enough() {
    let (api, token) = (api(), jwt(&format!(r#","exp":{}"#, NOW + 30)));
    api.issue(&token, "");
    api.call(bearer(&token).as_deref(), &both()).unwrap();
    // The token is over by itself; the server's answer would do for a while.
    api.world.isolate.run_for(42 * SECOND_MS);
    let asked = api.with(|api| api.verifies = false);
    let plain = Requirements::default();
    assert_eq!(asked.cached(&token, &plain), Some("introspection"));
    let api = asked.with(|api| api.verifies = true);
    assert_eq!(api.cached(&token, &plain), None);
    refused(api.authorize(&token), &token);
}

#[test]
fn time_goes_by() {
    let (api, token) = (api(), jwt(&format!(r#","exp":{}"#, NOW + 30)));
    api.issue("opaque", &format!(r#","exp":{}"#, NOW + 30));
    api.authorize("opaque").unwrap();
    api.authorize(&token).unwrap();
    let plain = Requirements::default();
    api.world.isolate.run_for(29 * SECOND_MS);
    assert!(api.cached("opaque", &plain).is_some() && api.cached(&token, &plain).is_some());
    api.world.isolate.run_for(12 * SECOND_MS);
    assert!(api.cached("opaque", &plain).is_none() && api.cached(&token, &plain).is_none());
}

#[test]
fn until_when_a_caller_is_known() {
    let exp = |seconds: u64| format!(r#","exp":{}"#, NOW + seconds);
    let (api, soon, late) = (api(), jwt(&exp(20)), jwt(&exp(300)));
    api.issue("opaque", "");
    api.issue("short", &exp(30));
    api.issue(&soon, "");
    api.issue(&late, "");
    let fresh = Requirements {
        max_age_seconds: Some(20),
        ..Requirements::default()
    };
    for (token, requirements, seconds) in [
        // From three quarters of its age on, somebody has to ask for a newer answer.
        ("opaque", Requirements::default(), 45),
        ("opaque", fresh, 15),
        ("short", Requirements::default(), 30),
        (&soon, Requirements::default(), 20),
        (&late, Requirements::default(), 300),
        (&soon, both(), 20),
        (&late, both(), 45),
    ] {
        api.call(bearer(token).as_deref(), &requirements).unwrap();
        let (_, guard) = api.guard();
        let admitted = guard.cached(bearer(token).as_deref(), &requirements);
        let until_ms = guard.lasts_until_ms(&admitted.unwrap(), &requirements);
        assert_eq!(until_ms / SECOND_MS, NOW + seconds, "{requirements:?}");
    }
}

#[test]
fn a_new_token_is_known_but_for_its_signature() {
    let api = api();
    api.authorize(&jwt("")).unwrap();
    for (wanted, is_enough) in [("read", true), ("write", false)] {
        let new = jwt(&format!(r#","jti":"{wanted}","scope":"read""#));
        let (_, guard) = api.guard();
        let requirements = scopes(&[wanted]);
        let seen = guard.seen(bearer(&new).as_deref(), &requirements);
        let Some(Seen::Unchecked(left)) = seen else {
            panic!("{wanted}");
        };
        assert_eq!(guard.end(left, &requirements).is_some(), is_enough);
        let known = api.cached(&new, &Requirements::default());
        assert_eq!(known, Some("jwt"), "{wanted}");
    }
}
