//! Which addresses may be told: the gateway stands inside a network, and must not be made to knock on its doors.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address may be from the public network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Public addresses only.
    Public,
    /// Those of private networks and of this machine too.
    Private,
    /// Those of this machine only.
    Loopback,
}

impl Reach {
    /// Whether it may be connected to. Link-local addresses never are: cloud machines keep their credentials there.
    pub(super) fn allows(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        match self {
            Self::Public => is_public(address),
            Self::Private => is_public(address) || is_private(address) || address.is_loopback(),
            Self::Loopback => address.is_loopback(),
        }
    }
}

/// Private networks (RFC 1918, RFC 4193) and carriers' shared ones (RFC 6598).
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || is_in(address, [100, 64, 0, 0], 10),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// Globally reachable, after the special-purpose registries of IANA (RFC 6890 and its updates).
fn is_public(address: IpAddr) -> bool {
    const SPECIAL: [([u8; 4], u32); 14] = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 0, 2, 0], 24),
        ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24),
        // Multicast, reserved and broadcast.
        ([224, 0, 0, 0], 3),
    ];
    match address {
        IpAddr::V4(address) => !SPECIAL.iter().any(|(network, bits)| is_in(address, *network, *bits)),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Only global unicast (2000::/3), without what stands for something else there: protocol assignments with Teredo
/// (2001::/23), 6to4 (2002::/16), and documentation (2001:db8::/32, 3fff::/20). NAT64 and mapped addresses lie outside.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let special =
        matches!((first, second), (0x2001, 0..=0x01ff | 0x0db8) | (0x2002, _) | (0x3fff, 0..=0x0fff));
    first & 0xe000 == 0x2000 && !special
}

fn is_in(address: Ipv4Addr, network: [u8; 4], bits: u32) -> bool {
    let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
    address.to_bits() & mask == Ipv4Addr::from(network).to_bits() & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_within_reach_are_connected_to() {
        // address, public, private, loopback
        let cases = [
            ("8.8.8.8", true, true, false),
            ("93.184.216.34", true, true, false),
            ("2606:2800:220:1:248:1893:25c8:1946", true, true, false),
            ("10.1.2.3", false, true, false),
            ("172.16.0.1", false, true, false),
            ("172.31.255.255", false, true, false),
            ("172.32.0.1", true, true, false),
            ("192.168.1.1", false, true, false),
            ("100.64.0.1", false, true, false),
            ("100.128.0.1", true, true, false),
            ("fd12:3456::1", false, true, false),
            ("127.0.0.1", false, true, true),
            ("127.8.8.8", false, true, true),
            ("::1", false, true, true),
            ("::ffff:127.0.0.1", false, true, true),
            ("::ffff:10.0.0.1", false, true, false),
            ("::ffff:8.8.8.8", true, true, false),
            // Never: metadata services, nowhere, everybody, and addresses that stand for another one.
            ("169.254.169.254", false, false, false),
            ("::ffff:169.254.169.254", false, false, false),
            ("fe80::1", false, false, false),
            ("0.0.0.0", false, false, false),
            ("::", false, false, false),
            ("255.255.255.255", false, false, false),
            ("224.0.0.1", false, false, false),
            ("ff02::1", false, false, false),
            ("64:ff9b::7f00:1", false, false, false),
            ("2002:7f00:1::", false, false, false),
            ("2001:0:7f00:1::", false, false, false),
            ("192.0.2.1", false, false, false),
            ("2001:db8::1", false, false, false),
            ("198.18.0.1", false, false, false),
        ];
        for (text, public, private, loopback) in cases {
            let address: IpAddr = text.parse().unwrap();
            let found = [Reach::Public, Reach::Private, Reach::Loopback].map(|reach| reach.allows(address));
            assert_eq!(found, [public, private, loopback], "{text}");
        }
    }
}
