//! The keys that seal, as the database keeps them: wrapped.

use std::sync::Arc;

use ppob_journal_durable::keys::{NoKeys, unlock_or_draw};
use ppob_journal_durable::sealed::Seal;
use ppob_seal::{KeyId, MasterKeys, WrappedKey};
use tokio_postgres::{Client, Row};

use crate::{OpenError, sql};

/// Unwraps the keys of the journal, or draws and keeps new ones if it was never sealed.
pub(crate) async fn unlock(client: &mut Client, master: &MasterKeys) -> Result<Seal, OpenError> {
    // Of several processes that start at once, one draws.
    let alone = client.transaction().await?;
    alone.execute("LOCK TABLE sealed_key IN EXCLUSIVE MODE", &[]).await?;
    let rows = alone.query(sql::SEALED_KEYS, &[]).await?;
    let wrapped = rows.iter().map(wrapped).collect::<Result<Vec<_>, _>>()?;
    let sealer = unlock_or_draw(&wrapped, master)?;
    if wrapped.is_empty() {
        for key in sealer.wrap(master.current()).map_err(NoKeys::from)? {
            let (number, master) = (i64::from(key.number), key.master.as_str());
            alone.execute(sql::SEALED_KEY_PUT, &[&number, &master, &key.bytes]).await?;
        }
    }
    alone.commit().await?;
    Ok(Seal::new(Arc::new(sealer)))
}

fn wrapped(row: &Row) -> Result<WrappedKey, OpenError> {
    let unreadable = || OpenError::Unreachable("a wrapped key cannot be read".to_owned());
    let (number, master): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
    Ok(WrappedKey {
        number: u32::try_from(number).map_err(|_| unreadable())?,
        master: KeyId::new(&master).map_err(|_| unreadable())?,
        bytes: row.try_get(2)?,
    })
}
