//! What the statements about requests say more than once, each said here.

/// The columns of a request, in the order in which it is read.
macro_rules! columns {
    () => {
        "id, person_id, relying_party_id, relying_party_name, relying_party_domain, procedure_name, browser, system, place, \
         phrase, language, code, method, origin, quiet, state, device_id, created_at, updated_at, expires_at, revealed_at, \
         pin_expires_at, tries, reason, own_key_mac, binding_hash, user_verified, choices, \
         document_lock"
    };
}

pub(super) use columns;

/// Not over at $now, whatever its state: `live!($n)` with the placeholder of `now`.
macro_rules! live {
    ($now:literal) => {
        concat!(
            "((state = 'pending' AND expires_at > ",
            $now,
            ") OR (state IN ('revealed', 'approved') AND pin_expires_at > ",
            $now,
            " AND expires_at > ",
            $now,
            "))"
        )
    };
}

pub(super) use live;

/// The methods of which a device must say that it shows or approves the request: `Method::needs_device`.
macro_rules! needs_device {
    () => {
        "method IN ('incoming', 'qr', 'password')"
    };
}

pub(super) use needs_device;

/// Those, and what went on by SMS in a device's place: of these devices are told.
macro_rules! told_to_devices {
    () => {
        "method IN ('incoming', 'qr', 'password', 'sms')"
    };
}

pub(crate) use told_to_devices;

/// A device's answer to a pending request, by which it has it: $1 request, $2 person, $3 device, $4 now, $5 the answer's end, $6
/// whether the system is sure of its owner. Only while the device is active.
macro_rules! answered {
    ($state:literal, $($methods:tt)+) => {
        concat!(
            "UPDATE requests SET state = '",
            $state,
            "', device_id = $3, revealed_at = $4, updated_at = $4, user_verified = $6, \
             pin_expires_at = CASE WHEN expires_at < $5 THEN expires_at ELSE $5 END \
             WHERE id = $1 AND person_id = $2 AND state = 'pending' AND ",
            $($methods)+,
            " AND expires_at > $4 \
             AND EXISTS (SELECT 1 FROM devices WHERE devices.id = $3 AND devices.person_id = $2 AND devices.state = 'active')"
        )
    };
}

pub(super) use answered;

/// May be tried at $now: revealed, or pending when the PIN comes from no reveal.
macro_rules! triable {
    ($now:literal) => {
        concat!(
            "((state = 'revealed' AND ",
            needs_device!(),
            " AND pin_expires_at > ",
            $now,
            " AND expires_at > ",
            $now,
            ") OR (state = 'pending' AND method IN ('self_generated', 'page_bound', 'sms', 'own_key_sms') AND expires_at > ",
            $now,
            "))"
        )
    };
}

pub(super) use triable;

#[cfg(test)]
mod tests {
    use aldaba_core::method::Method;

    #[test]
    fn the_statements_name_the_methods_that_the_rules_name() {
        let listed = |which: fn(&Method) -> bool| {
            let words = Method::ALL
                .into_iter()
                .filter(which)
                .map(|method| format!("'{}'", method.as_str()));
            words.collect::<std::collections::BTreeSet<_>>()
        };
        let named = |sql: &str| {
            let (_, list) = sql.split_once('(').unwrap();
            let words = list.trim_end_matches(')').split(", ").map(str::to_owned);
            words.collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(named(needs_device!()), listed(|method| method.needs_device()));
        assert_eq!(
            named(told_to_devices!()),
            listed(|method| method.needs_device() || *method == Method::Sms)
        );
    }
}
