//! What no record can do: stop the fleet for long, tell a secret, or be seen too late.

use edge_oauth2::{ClientAuth, ClientOptions};

use crate::fleet::{STORES, limited, on};
use crate::support::check_rows;
use crate::support::host::Reply;
use crate::support::options;
use crate::support::same;
use crate::support::store::Shelf;
use crate::{HOUR_MS, SECOND_MS, ask, count, rejection, shared_by};

fn plain(options: ClientOptions) -> ClientOptions {
    ClientOptions {
        seal: false,
        ..options
    }
}

/// Whoever writes into a store that is not sealed stops nobody for longer than the server could.
#[test]
fn no_record_stops_the_fleet_for_longer_than_its_time() {
    let now = crate::support::isolate::START_MS;
    let rows = [
        ("a rest of its own", (now, "1e12", "token_request_rejected")),
        (
            "from the future",
            (now + HOUR_MS, "30000", "token_request_rejected"),
        ),
        ("a code of no answer's", (now, "30000", "invalid_option")),
        ("no number", (now, "\"long\"", "token_request_rejected")),
    ];
    check_rows(STORES, |store| {
        check_rows(rows, |(at, rest, code)| {
            let (world, shelf) = on(store, |n, _| match n {
                0 => rejection(401, "invalid_client"),
                _ => Reply::token(0, "token"),
            });
            let options = plain(options());
            same(ask(&world, &options).is_err(), true)?;
            let (key, _) = shelf.records.borrow_mut().pop_first().ok_or("a record")?;
            let forged = format!(
                r#"{{"v":1,"key":"{key}","refusal":{{"at":{at},"rest":{rest},"code":"{code}","message":"no","status":401}}}}"#
            );
            shelf.records.borrow_mut().insert(key, forged);
            world.isolate.run_for(30 * SECOND_MS);
            same(ask(&world.neighbour(), &options).as_deref(), Ok("token"))
        });
        Ok(())
    });
}

#[test]
fn a_record_of_the_version_before_is_a_miss() {
    let (world, shelf) = shared_by(|n, _| match n {
        0 => limited("3600"),
        _ => Reply::token(0, "token"),
    });
    let options = plain(options());
    ask(&world, &options).unwrap_err();
    let (key, _) = shelf.records.borrow_mut().pop_first().unwrap();
    let at = world.isolate.now_ms();
    let before =
        format!(r#"{{"v":1,"key":"{key}","at":{at},"rest":3600000,"message":"no","status":429}}"#);
    shelf.records.borrow_mut().insert(key, before);
    assert_eq!(ask(&world.neighbour(), &options).as_deref(), Ok("token"));
}

#[test]
fn no_secret_is_in_the_record_and_its_words_are_bounded() {
    check_rows(STORES, |store| {
        let (world, shelf) = on(store, |_, request| {
            let body = String::from_utf8_lossy(&request.body).replace('&', " ");
            let long = "long ".repeat(1_000);
            let said = format!(
                r#"{{"error":"invalid_client","error_description":"got {body} and {long}"}}"#
            );
            Reply::now(401, said)
        });
        let options = ClientOptions {
            client_secret: Some("a-very-secret-secret".into()),
            client_auth: ClientAuth::Post,
            endpoint_params: vec![("pin".into(), "pin-of-the-user".into())],
            ..plain(options())
        };
        same(ask(&world, &options).is_err(), true)?;
        let records = shelf.records.borrow();
        let record = records.values().next().ok_or("no record")?;
        same(record.contains("got grant_type"), true)?;
        same(record.contains("a-very-secret-secret"), false)?;
        same(record.contains("pin-of-the-user"), false)?;
        same(record.len() < 4_000, true)
    });
}

/// Seen nearby at least; where nobody sees it before it is over it is not put.
#[test]
fn what_is_over_before_others_see_it_is_put_for_those_nearby_only() {
    let (world, shelf) = on((true, 60_000), |_, _| limited("30"));
    ask(&world, &options()).unwrap_err();
    let ttl = |shelf: &Shelf| {
        let log = shelf.log.borrow();
        let put = log.iter().find(|(what, ..)| *what == "put");
        put.map(|(_, ttl, _)| *ttl)
    };
    assert_eq!(ttl(&shelf), Some(30));

    let (world, shelf) = on((true, 60_000), |_, _| limited("30"));
    shelf.min_ttl_seconds.set(60);
    ask(&world, &options()).unwrap_err();
    assert_eq!(ttl(&shelf), None);

    let (world, shelf) = on((false, 60_000), |_, _| limited("30"));
    ask(&world, &options()).unwrap_err();
    assert_eq!(ttl(&shelf), None);
    assert_eq!(count(&world, "store_error"), 0);
}
