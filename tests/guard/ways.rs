//! Which tokens are checked which way.

use super::*;

#[test]
fn opaque_tokens_are_asked_about() {
    let api = api();
    for token in [
        "opaque",
        "a.b.c",
        "two.parts",
        "e30.four.parts.x",
        "bm9uZQ.e30.c2ln",
    ] {
        api.issue(token, r#","sub":"ada","client_id":"app","aud":["x","y"]"#);
        let Authorized { admitted, .. } = api.authorize(token).unwrap();
        let who = (admitted.by(), admitted.subject(), admitted.client_id());
        assert_eq!(who, ("introspection", Some("ada"), Some("app")), "{token}");
        assert_eq!(admitted.audience(), texts(&["x", "y"]));
    }
    assert_eq!(api.sent(), [5, 0]);
}

#[test]
fn signed_ones_are_verified() {
    let api = api();
    let Authorized { admitted, .. } = api.authorize(&jwt(r#","tenant":"blue""#)).unwrap();
    let who = (admitted.by(), admitted.subject(), admitted.client_id());
    assert_eq!(who, ("jwt", Some("ada"), Some("app")));
    assert_eq!(
        admitted.claims().get("tenant").unwrap().as_str(),
        Some("blue")
    );
    assert_eq!(admitted.audience(), texts(&[AUDIENCE]));
    assert_eq!(api.sent(), [0, 1]);
}

#[test]
fn a_refused_jwt_is_never_asked_about() {
    let good = jwt("");
    let (signed, _) = good.rsplit_once('.').unwrap();
    let forged = [signed, &encode([1; 64])].join(".");
    let unreadable = [&encode("{}"), "e30", "c2ln"].join(".");
    let none = [&encode(r#"{"alg":"none"}"#), "e30", ""].join(".");
    for requirements in [Requirements::default(), both()] {
        for token in [
            &jwt(r#","exp":1"#),
            &jwt(r#","aud":"x""#),
            &forged,
            &unreadable,
        ] {
            let api = api();
            // Whatever the server would say.
            api.issue(token, "");
            let refusal = refused(api.call(bearer(token).as_deref(), &requirements), token);
            assert_eq!(refusal.status(), 401);
            assert_eq!(api.sent()[0], 0);
        }
        let api = api();
        api.issue(&none, "");
        let refusal = refused(api.call(bearer(&none).as_deref(), &requirements), &none);
        assert_eq!((refusal.status(), api.sent()), (401, [0, 0]));
    }
}

#[test]
fn of_one_way_alone_all_go_there() {
    let api = api().with(|api| api.verifies = false);
    let token = jwt("");
    refused(api.authorize(&token), &token);
    api.world.isolate.run_for(6 * SECOND_MS);
    api.issue(&token, r#","sub":"ada""#);
    assert_eq!(
        api.authorize(&token).unwrap().admitted.by(),
        "introspection"
    );
    assert_eq!(api.sent(), [2, 0]);

    let api = super::api().with(|api| api.introspects = false);
    assert_eq!(api.authorize(&token).unwrap().admitted.by(), "jwt");
    let refusal = refused(api.authorize("opaque"), "opaque");
    assert_eq!(refusal.status(), 401);
    assert_eq!(api.sent(), [0, 1]);
}

#[test]
fn both_ways() {
    let (api, token) = (api(), jwt(r#","scope":"read""#));
    let call = |token: &str| api.call(bearer(token).as_deref(), &both());
    refused(call(&token), &token);
    api.world.isolate.run_for(6 * SECOND_MS);
    api.issue(&token, r#","sub":"somebody""#);
    let authorized = call(&token).unwrap();
    assert_eq!(authorized.admitted.by(), "both");
    // The token is signed, and says itself whose it is.
    assert_eq!(authorized.admitted.subject(), Some("ada"));
    api.issue("opaque", "");
    assert_eq!(call("opaque").unwrap().admitted.by(), "introspection");
    api.answer(Reply::broken(0));
    let other = jwt(r#","jti":"2""#);
    assert_eq!(refused(call(&other), &other).status(), 503);
}

#[test]
fn both_ways_want_the_audience_of_both() {
    let (api, token) = (api(), jwt(""));
    let requirements = Requirements {
        check: Check::Both,
        ..audience(&[AUDIENCE])
    };
    let call = || api.call(bearer(&token).as_deref(), &requirements);
    api.issue(&token, r#","aud":"other""#);
    assert_eq!(refused(call(), &token).status(), 401);
    api.world.isolate.run_for(61 * SECOND_MS);
    api.issue(&token, &format!(r#","aud":["other","{AUDIENCE}"]"#));
    call().unwrap();
}

#[test]
fn as_new_as_a_route_wants_it() {
    let api = api();
    api.issue("opaque", "");
    api.authorize("opaque").unwrap();
    api.said.borrow_mut().clear();
    api.world.isolate.run_for(5 * SECOND_MS);
    api.authorize("opaque").unwrap();
    let requirements = Requirements {
        max_age_seconds: Some(2),
        ..Requirements::default()
    };
    assert_eq!(api.cached("opaque", &requirements), None);
    let outcome = api.call(bearer("opaque").as_deref(), &requirements);
    assert_eq!(refused(outcome, "").status(), 401);
    assert_eq!(api.sent(), [2, 0]);
}

#[test]
fn the_metadata_names_whom_tokens_are_accepted_of() {
    let resource = |api: &mut Api| api.options.resource = Some("https://api.example.com/v1".into());
    let url = "https://other.example/.well-known/oauth-protected-resource/v1";
    for (introspects, verifies) in [(true, true), (true, false), (false, true)] {
        let api = api().with(resource).with(|api| {
            api.introspects = introspects;
            api.verifies = verifies;
        });
        let answer = api.guard().1.metadata("GET", url).unwrap();
        let servers = format!(r#""authorization_servers":["{ISSUER}"]"#);
        assert!(answer.body.contains(&servers), "{}", answer.body);
        assert!(
            answer
                .body
                .contains(r#""resource":"https://api.example.com/v1""#)
        );
        assert!(!answer.body.contains("other.example"));
    }
    assert_eq!(api().guard().1.metadata("GET", url), None);
}

#[test]
fn tokens_that_are_no_access_tokens() {
    for (members, is_good) in [
        (r#","token_use":"access""#, true),
        (r#","token_use":"access_token","token_type":"Bearer""#, true),
        (r#","typ":"Bearer""#, true),
        (r#","token_use":"refresh_token""#, false),
        (r#","token_usage":"refresh_token""#, false),
        (r#","token_type":"Refresh_Token""#, false),
        (r#","typ":"Refresh""#, false),
        (r#","typ":"Offline""#, false),
        (r#","typ":"ID""#, false),
        (r#","token_use":"id""#, false),
        (r#","token_use":"id_token""#, false),
    ] {
        let api = api();
        api.issue("opaque", members);
        for token in ["opaque", &jwt(members)] {
            assert_eq!(api.authorize(token).is_ok(), is_good, "{members}");
            let known = api.cached(token, &Requirements::default());
            assert_eq!(known.is_some(), is_good, "{members}");
        }
    }
}

#[test]
fn who_calls() {
    for (members, subject, client_id) in [
        (
            r#","sub":"ada","client_id":"app""#,
            Some("ada"),
            Some("app"),
        ),
        (r#","sub":"ada","azp":"app""#, Some("ada"), Some("app")),
        (r#","client_id":"app","azp":"other""#, None, Some("app")),
        (
            r#","sub":7,"client_id":8,"azp":"other""#,
            Some("7"),
            Some("8"),
        ),
        ("", None, None),
    ] {
        let api = api();
        api.issue("opaque", members);
        let admitted = api.authorize("opaque").unwrap().admitted;
        assert_eq!(
            (admitted.subject(), admitted.client_id()),
            (subject, client_id)
        );
    }
    let azp = jwt(r#","client_id":null,"azp":"other""#);
    let admitted = api().authorize(&azp).unwrap().admitted;
    assert_eq!(
        (admitted.subject(), admitted.client_id()),
        (Some("ada"), Some("other"))
    );
}
