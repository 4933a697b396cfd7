//! Which addresses are nobody's business to be sent to by what a name resolves to.
//!
//! After the special-purpose registries of IANA (RFC 6890 and what came later), and the addresses at which clouds tell a
//! machine about itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Ranges of IPv4 with their length and what they are.
const V4: [(Ipv4Addr, u32, &str); 17] = [
    (Ipv4Addr::UNSPECIFIED, 8, "this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private network"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "a carrier's network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "this machine"),
    // Azure tells a machine about itself there, at a public address.
    (Ipv4Addr::new(168, 63, 129, 16), 32, "a cloud's metadata"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "the local link"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private network"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "protocol assignments"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "documentation"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private network"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
    (Ipv4Addr::BROADCAST, 32, "broadcast"),
];

/// Ranges of IPv6 within `2000::/3`, outside of which nothing is global.
const V6: [(Ipv6Addr, u32, &str); 3] = [
    // Teredo, ORCHID, benchmarks and others that are no host of their own.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "protocol assignments"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "documentation"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "documentation"),
];

/// What an address is, when a name that resolves to it is not to be followed there; none for an address of the public
/// internet. An IPv4 address inside an IPv6 one counts as what it is.
pub fn refused(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => refused_v4(address),
        IpAddr::V6(address) => refused_v6(address),
    }
}

fn refused_v4(address: Ipv4Addr) -> Option<&'static str> {
    let within = |(network, length, _): &&(Ipv4Addr, u32, &str)| {
        let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
        (address.to_bits() ^ network.to_bits()) & mask == 0
    };
    V4.iter().find(within).map(|(_, _, what)| *what)
}

fn refused_v6(address: Ipv6Addr) -> Option<&'static str> {
    let bits = address.to_bits();
    #[expect(clippy::cast_possible_truncation, reason = "it is shifted to be the last 32 bits")]
    let embedded = |shift: u32| refused_v4(Ipv4Addr::from_bits((bits >> shift) as u32));
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Some("this machine"),
        [0, 0, 0, 0, 0, 0, 0, 0] => Some("no address"),
        // ::ffff:a.b.c.d is a.b.c.d; by NAT64 (RFC 6052), a network translates 64:ff9b::a.b.c.d to it.
        [0, 0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => embedded(0),
        // 6to4 (RFC 3056): a relay takes it to a.b.c.d.
        [0x2002, ..] => embedded(80),
        [first, ..] if first & 0xfe00 == 0xfc00 => Some("a private network"),
        [first, ..] if first & 0xffc0 == 0xfe80 => Some("the local link"),
        [first, ..] if first & 0xffc0 == 0xfec0 => Some("a private network"),
        [first, ..] if first & 0xff00 == 0xff00 => Some("multicast"),
        [first, ..] if first & 0xe000 != 0x2000 => Some("reserved"),
        _ => {
            let within = |(network, length, _): &&(Ipv6Addr, u32, &str)| {
                let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
                (bits ^ network.to_bits()) & mask == 0
            };
            V6.iter().find(within).map(|(_, _, what)| *what)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Option<&'static str> {
        refused(text.parse().unwrap())
    }

    #[test]
    fn the_public_internet_is_not_refused() {
        for public in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "140.82.121.3",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.0.1",
            "192.169.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:50c0:8000::153",
            "2a00:1450:4001:800::200e",
            "2400:cb00::1",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::1",
            "2001:200::1",
        ] {
            assert_eq!(at(public), None, "{public}");
        }
    }

    #[test]
    fn what_is_not_the_public_internet_is_refused() {
        for refused in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::2",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::101:101",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a00:1::",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(at(refused).is_some(), "{refused}");
        }
    }

    proptest! {
        /// The standard library's own notion is narrower than ours in all that it knows.
        #[test]
        fn what_the_standard_library_knows_as_special_is_refused(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
            prop_assert!(!special || refused(IpAddr::V4(v4)).is_some());
        }

        #[test]
        fn an_ipv4_address_is_the_same_in_every_dress(bits: u32, low: u64) {
            let v4 = Ipv4Addr::from_bits(bits);
            let [.., a, b] = v4.to_ipv6_compatible().segments();
            let plain = refused(IpAddr::V4(v4));
            let nat64 = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, a, b);
            let six = Ipv6Addr::from_bits((0x2002_u128 << 112) | (u128::from(bits) << 80) | u128::from(low));
            prop_assert_eq!(refused(IpAddr::V6(v4.to_ipv6_mapped())), plain);
            prop_assert_eq!(refused(IpAddr::V6(nat64)), plain);
            prop_assert_eq!(refused(IpAddr::V6(six)), plain);
            prop_assert!(refused(IpAddr::V6(v4.to_ipv6_compatible())).is_some());
        }

        /// Each address of a range is refused, and the ranges' edges are where they say.
        #[test]
        fn every_address_of_a_range_is_refused(which in 0..V4.len(), offset: u32) {
            let (network, length, _) = V4[which];
            let host = offset & !u32::MAX.checked_shl(32 - length).unwrap_or(0);
            prop_assert!(refused(IpAddr::V4(Ipv4Addr::from_bits(network.to_bits() | host))).is_some());
        }

        #[test]
        fn only_global_unicast_of_ipv6_is_followed(bits: u128) {
            let v6 = Ipv6Addr::from_bits(bits);
            let first = v6.segments()[0];
            let known = (0x2000..0x4000).contains(&first) || v6.to_ipv4_mapped().is_some() || first == 0x64;
            prop_assert!(known || refused(IpAddr::V6(v6)).is_some());
        }
    }
}
