//! Where the endpoints of an issuer are: asked once per isolate, and with a store once per fleet.

use std::rc::Rc;

use super::TokenSource;
use crate::cache::issuer::Issuer;
use crate::cache::single_flight::{Generation, Role, Sight, Watch, pause_ms};
use crate::error::Error;
use crate::host::{Host, TransportError};
use crate::protocol::client_authentication::ClientAuth;
use crate::protocol::endpoint::Endpoint;
use crate::protocol::http::HttpResponse;
use crate::protocol::metadata::{self, Absence, Metadata};
use crate::protocol::well_known;
use crate::race::{Apart, First, apart, race};
use crate::stopwatch::Stopwatch;

type Result<T> = std::result::Result<T, Error>;

/// What an issuer says about itself, and who is to believe it.
enum Found {
    /// It said so.
    ForAll(Rc<Metadata>),
    /// So says a record, which whoever has the seal key may have written.
    Learned(Rc<Metadata>),
}

impl<H: Host> TokenSource<H> {
    /// The token endpoint that the issuer has.
    pub(super) async fn token_endpoint(&self) -> Result<Endpoint> {
        let config = self.client.config();
        match apart(self.metadata()).await? {
            Some(metadata) => metadata.token_endpoint(config.http()),
            None => Ok(config.endpoint.clone()),
        }
    }

    /// The endpoint that `option` gives, or else the one in the issuer's metadata, which has a name there.
    pub(super) async fn endpoint(
        &self,
        option: &'static str,
        given: Option<&Endpoint>,
        name: &str,
    ) -> Result<Endpoint> {
        if let Some(given) = given {
            return Ok(given.clone());
        }
        let problem = match apart(self.metadata()).await? {
            Some(metadata) => match metadata.endpoint(name, option, self.client.config().http())? {
                Some(found) => return Ok(found),
                None => ["is required: the issuer's metadata has no ", name].concat(),
            },
            None => "is required for this; or give issuer".to_owned(),
        };
        Err(Error::invalid_option(option, problem))
    }

    /// Whether the issuer names itself where it answers. It is not asked for the sake of this, unless it had to
    /// be for the token endpoint: who gives the URLs may have an issuer that says nothing.
    #[cfg(feature = "authorization")]
    pub(super) async fn names_itself(&self) -> Result<bool> {
        let metadata = match self.client.config().is_discovered() {
            true => apart(self.metadata()).await?,
            false => self.outdated_metadata(),
        };
        Ok(metadata.is_some_and(|it| it.names_itself()))
    }

    /// The style to begin with: the header, which every server has to support (RFC 6749 §2.3.1), unless
    /// this one says that it does not.
    pub(super) fn advertised_style(&self) -> ClientAuth {
        let metadata = self.outdated_metadata();
        let supports = |method| metadata.as_ref()?.supports_auth_method(method);
        match (
            supports("client_secret_basic"),
            supports("client_secret_post"),
        ) {
            (Some(false), Some(true)) => ClientAuth::Post,
            _ => ClientAuth::Basic,
        }
    }

    /// What is known of the issuer here and now, however old.
    fn outdated_metadata(&self) -> Option<Rc<Metadata>> {
        let name = self.client.config().issuer()?;
        let of_store = || self.learned(name)?.outdated();
        self.client.issuer(name).outdated().or_else(of_store)
    }

    /// What a store says of the issuer, if there is one that may.
    fn learned(&self, name: &str) -> Option<Rc<Issuer>> {
        self.host.store()?;
        self.client.learned_issuer(name)
    }

    /// What the issuer says about itself; `None` if there is no issuer to ask.
    async fn metadata(&self) -> Result<Option<Rc<Metadata>>> {
        let Some(name) = self.client.config().issuer() else {
            return Ok(None);
        };
        let issuer = self.client.issuer(name);
        let learned = self.learned(name);
        loop {
            let now_ms = self.host.now_ms();
            let of_store = || learned.as_ref()?.metadata(now_ms);
            if let Some(metadata) = issuer.metadata(now_ms).or_else(of_store) {
                return Ok(Some(metadata));
            }
            let learned = learned.as_deref();
            let result = match issuer.flight(|flight| flight.join(self.host.now_ms())) {
                Role::Leader(generation) => {
                    let found = self.discover(&issuer, learned, name, generation);
                    Some(apart(found).await)
                }
                Role::Follower(watch) => self.wait_for(&issuer, learned, name, watch).await,
            };
            if let Some(result) = result {
                return result.map(Some);
            }
        }
    }

    /// `None` when the flight was called off.
    async fn wait_for(
        &self,
        issuer: &Issuer,
        learned: Option<&Issuer>,
        name: &str,
        mut watch: Watch,
    ) -> Option<Result<Rc<Metadata>>> {
        let waited = Stopwatch::new(&*self.host);
        loop {
            let pause_ms = pause_ms(waited.ms());
            self.host.sleep(pause_ms).await;
            let now_ms = self.host.now_ms();
            match issuer.flight(|flight| flight.look(&mut watch, pause_ms, now_ms)) {
                Sight::Landed(result) => return Some(result),
                Sight::CalledOff => return None,
                Sight::TakenOver(generation) => {
                    let found = self.discover(issuer, learned, name, generation);
                    return Some(apart(found).await);
                }
                Sight::Waiting => {}
            }
        }
    }

    /// What `learned` is given is for those who have its seal key. For all others the flight is called off.
    async fn discover(
        &self,
        issuer: &Issuer,
        learned: Option<&Issuer>,
        name: &str,
        generation: Generation,
    ) -> Result<Rc<Metadata>> {
        let found = async {
            let for_all = issuer.outdated().map(Found::ForAll);
            let of_store = || Some(Found::Learned(learned?.outdated()?));
            let Some(outdated) = for_all.or_else(of_store) else {
                return apart(self.find(name)).await;
            };
            // Endpoints hardly ever move: better those of before than none, and than to wait long.
            let patience_ms = self.client.config().timeout_ms / 4;
            match race(apart(self.find(name)), self.host.sleep(patience_ms)).await {
                First::Left(Ok(found)) => Ok(found),
                First::Left(Err(error)) if !error.retryable() => Err(error),
                First::Left(Err(_)) | First::Right(()) => Ok(outdated),
            }
        };
        let beat = |now_ms| issuer.flight(|flight| flight.beat(generation, now_ms));
        let result = match race(found, self.keep_alive(beat)).await {
            First::Left(result) => result,
            First::Right(()) => Err(self.timed_out()),
        };
        let result = match result {
            Ok(Found::Learned(metadata)) => {
                if let Some(learned) = learned {
                    learned.keep(&metadata);
                }
                issuer.flight(|flight| flight.call_off(generation));
                return Ok(metadata);
            }
            Ok(Found::ForAll(metadata)) => Ok(metadata),
            Err(error) => Err(error),
        };
        // What cannot be used is not kept, so that it is seen when it is mended.
        let is_of_use = |it: &Rc<Metadata>| self.lack(it).is_none();
        issuer.land(generation, &result, result.as_ref().is_ok_and(is_of_use));
        result
    }

    /// Why the issuer is of no use, if so.
    fn lack(&self, metadata: &Metadata) -> Option<Absence> {
        let config = self.client.config();
        metadata.lack(config.sought, config.http())
    }

    /// From the store, or else from the server.
    async fn find(&self, issuer: &str) -> Result<Found> {
        let entry = self.client.entry();
        if let Some(shared) = self.shared(&entry).await
            && let Some(metadata) = shared.metadata(issuer).await
        {
            return Ok(Found::Learned(Rc::new(metadata)));
        }
        let metadata = self.ask_issuer(issuer).await?;
        let source = Self::of_client(Rc::clone(&self.host), Rc::clone(&self.client));
        if self.lack(&metadata).is_some() {
            return Ok(Found::ForAll(Rc::new(metadata)));
        }
        let put = metadata.clone();
        self.host.spawn(apart(async move {
            if let Some(shared) = source.shared(&entry).await {
                shared.put_metadata(&put).await;
            }
        }));
        Ok(Found::ForAll(Rc::new(metadata)))
    }

    /// What is at its well-known URLs: the first that has what is sought, or any where that is given.
    async fn ask_issuer(&self, issuer: &str) -> Result<Metadata> {
        let config = self.client.config();
        let urls = well_known::urls(issuer, config.http())?;
        let mut absences = Vec::new();
        let mut of_no_use = None;
        for url in &urls {
            let asked_at_ms = self.host.now_ms();
            let once = || -> Apart<'_, std::result::Result<HttpResponse, TransportError>> {
                apart(self.host.send(metadata::request(url)))
            };
            // The token request comes after it.
            let patience_ms = u64::from(config.timeout_ms) / 3;
            let read = match self.patiently(patience_ms, once).await {
                Ok(response) => metadata::read(&response, issuer, asked_at_ms),
                Err(reason) => Err(metadata::unanswered(&reason)),
            };
            let absence = match read {
                Err(absence) => absence,
                Ok(metadata) => match self.lack(&metadata) {
                    None => return Ok(metadata),
                    Some(absence) => {
                        of_no_use.get_or_insert(metadata);
                        absence
                    }
                },
            };
            absences.push(absence);
        }
        match of_no_use {
            Some(metadata) if !config.is_discovered() => Ok(metadata),
            _ => Err(metadata::nowhere(issuer, &urls, &absences, config.sought)),
        }
    }
}
