//! Dropping the token, and the authorization that it came of.

use super::{TokenSource, is_same};
use crate::event::Event;
use crate::host::Host;
use crate::store::Verdict;

impl<H: Host> TokenSource<H> {
    pub(super) async fn invalidated(&self, forgets: bool) {
        let entry = self.client.entry();
        let dropped = entry.cached();
        entry.clear();
        if forgets {
            entry.forget_all();
        }
        self.host.event(Event::Invalidated);
        if let Some(cached) = &dropped {
            entry.distrust(&cached.token.access_token);
        }
        if let Some(shared) = self.shared(&entry).await {
            // An instance that has seen no token yet means the one in the store.
            shared
                .judge(&|token| match &dropped {
                    _ if forgets => Verdict::Goes,
                    // It says that nothing is left.
                    _ if shared.is_end(token) => Verdict::Stays,
                    Some(cached) if !is_same(&cached.token, token) => Verdict::Stays,
                    Some(_) => Verdict::AccessTokenGoes,
                    None => {
                        entry.distrust(&token.access_token);
                        Verdict::AccessTokenGoes
                    }
                })
                .await;
            // A flight may have found it there before.
            entry.clear_distrusted();
            shared.forget_refusal().await;
            // It may have been read again meanwhile.
            entry.forget_error();
        }
        if forgets {
            // Whoever says so knows better what is dead.
            entry.exhume();
            self.forget_refresh_token(&entry);
        }
    }
}
