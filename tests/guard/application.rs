//! Where the application has a say: the proof of a bound token, and who the caller is.

use std::future::ready;

use edge_oauth2::host::HookError;
use edge_oauth2::inbound::{Admitted, Mapped};
use edge_oauth2::{ErrorCode, Json};

use super::*;

/// An application that answers so, and what it was asked.
struct App {
    proof: Result<bool, HookError>,
    principal: Result<Option<Mapped<&'static str>>, HookError>,
    asked: Rc<RefCell<Vec<String>>>,
}

fn app() -> App {
    App {
        proof: Ok(true),
        principal: Ok(Some(Mapped {
            principal: "Ada",
            scopes: None,
        })),
        asked: Rc::default(),
    }
}

impl Application<Cell<u32>> for App {
    type Principal = &'static str;

    fn proof(
        &self,
        confirmation: &Json,
        _: &Admitted<Cell<u32>>,
    ) -> impl Future<Output = Result<bool, HookError>> {
        self.asked.borrow_mut().push(confirmation.to_text());
        ready(self.proof.clone())
    }

    fn principal(
        &self,
        admitted: &Admitted<Cell<u32>>,
    ) -> impl Future<Output = Result<Option<Mapped<&'static str>>, HookError>> {
        let subject = admitted.subject().unwrap_or("nobody");
        self.asked.borrow_mut().push(subject.to_owned());
        ready(self.principal.clone())
    }
}

fn ask(api: &Api, token: &str, requirements: &Requirements, app: App) -> Outcome<&'static str> {
    api.ask(bearer(token).as_deref(), requirements, app)
}

#[test]
fn who_the_caller_is() {
    let api = api();
    api.issue("opaque", r#","sub":"ada","scope":"read""#);
    let asked = app();
    let heard = Rc::clone(&asked.asked);
    let authorized = ask(&api, "opaque", &scopes(&["read"]), asked).unwrap();
    assert_eq!(
        (authorized.principal, authorized.scopes),
        ("Ada", texts(&["read"]))
    );
    assert_eq!(
        *heard.borrow(),
        ["ada"],
        "one that is not bound needs no proof"
    );
}

#[test]
fn its_scopes_take_the_place_of_the_tokens() {
    let api = api();
    api.issue("opaque", r#","scope":"read""#);
    let mapped = |scopes: &[&str]| App {
        principal: Ok(Some(Mapped {
            principal: "Ada",
            scopes: Some(texts(scopes)),
        })),
        ..app()
    };
    let authorized = ask(&api, "opaque", &scopes(&["admin"]), mapped(&["admin"])).unwrap();
    assert_eq!(authorized.scopes, texts(&["admin"]));
    let refusal = refused(ask(&api, "opaque", &scopes(&["read"]), mapped(&[])), "");
    assert_eq!(refusal.error().code(), ErrorCode::InsufficientScope);
}

#[test]
fn nobody_who_may_call() {
    let api = api();
    api.issue("opaque", r#","scope":"read""#);
    let nobody = App {
        principal: Ok(None),
        ..app()
    };
    let refusal = refused(ask(&api, "opaque", &scopes(&["read"]), nobody), "");
    assert_eq!(
        (refusal.error().code(), refusal.status()),
        (ErrorCode::InsufficientScope, 403)
    );
    // Another scope would not help.
    let challenge = r#"Bearer error="insufficient_scope", error_description="the caller is nobody who may call""#;
    assert_eq!(refusal.headers()[0], ("www-authenticate", challenge));
}

#[test]
fn a_function_that_fails() {
    let failed = || HookError("7".into());
    let api = api();
    api.issue("opaque", r#","cnf":{}"#);
    let no_proof = App {
        proof: Err(failed()),
        ..app()
    };
    let no_principal = App {
        principal: Err(failed()),
        ..app()
    };
    for (app, hook) in [(no_proof, "proof"), (no_principal, "principal")] {
        let refusal = refused(ask(&api, "opaque", &Requirements::default(), app), "");
        assert_eq!(
            (refusal.error().code(), refusal.status()),
            (ErrorCode::TokenUnverifiable, 503)
        );
        assert_eq!(refusal.headers()[0], ("retry-after", "5"));
        let cause = refusal.cause().unwrap();
        assert_eq!(
            (cause.code(), cause.hook()),
            (ErrorCode::HookFailed, Some("7"))
        );
        assert_eq!(cause.to_string(), format!("{hook} failed"));
        assert!(!refusal.body().contains(hook));
    }
    assert_eq!(api.told(), ["proof", "principal"]);
}

#[test]
fn a_bound_token_passes_by_its_proof() {
    let api = api();
    api.issue("opaque", r#","cnf":{"jkt":"x"}"#);
    for token in ["opaque", &jwt(r#","cnf":{"jkt":"x"}"#)] {
        for is_proven in [true, false, true] {
            let app = App {
                proof: Ok(is_proven),
                ..app()
            };
            let heard = Rc::clone(&app.asked);
            let outcome = ask(&api, token, &Requirements::default(), app);
            assert_eq!(heard.borrow()[0], r#"{"jkt":"x"}"#, "each time");
            match outcome {
                Ok(_) => assert!(is_proven),
                Err(refusal) => {
                    assert!(!is_proven);
                    assert_eq!(refusal.error().code(), ErrorCode::TokenRejected);
                    assert_eq!(heard.borrow().len(), 1, "nobody asks who it is");
                }
            }
        }
    }
}

#[test]
fn what_is_bound_to_nothing_cannot_be_proven() {
    let api = api();
    api.issue("opaque", r#","token_type":"DPoP""#);
    let app = app();
    let heard = Rc::clone(&app.asked);
    let refusal = refused(ask(&api, "opaque", &Requirements::default(), app), "");
    assert_eq!(refusal.status(), 401);
    assert!(heard.borrow().is_empty());
}

#[test]
fn each_side_may_say_what_a_token_is_bound_to() {
    for (claims, answer, expected) in [
        (
            r#","cnf":{"jkt":"x"}"#,
            r#","cnf":{"jkt":"x"}"#,
            &[r#"{"jkt":"x"}"#][..],
        ),
        (
            r#","cnf":{"jkt":"x"}"#,
            r#","cnf":{"jkt":"y"}"#,
            &[r#"{"jkt":"x"}"#, r#"{"jkt":"y"}"#],
        ),
        (r#","cnf":{"jkt":"x"}"#, "", &[r#"{"jkt":"x"}"#]),
        ("", r#","cnf":{"jkt":"y"}"#, &[r#"{"jkt":"y"}"#]),
    ] {
        let (api, token) = (api(), jwt(claims));
        api.issue(&token, answer);
        refused(api.call(bearer(&token).as_deref(), &both()), &token);
        assert_eq!(api.cached(&token, &both()), None);
        let app = app();
        let heard = Rc::clone(&app.asked);
        ask(&api, &token, &both(), app).unwrap();
        assert_eq!(heard.borrow()[..expected.len()], *expected);
        assert_eq!(heard.borrow().len(), expected.len() + 1);
    }
}
