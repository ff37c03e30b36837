//! System calls that no check needs and that neither namespaces nor Landlock hold, refused by seccomp(2).

use std::collections::BTreeMap;

use rustix::process::getppid;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Refuses them to this process and all that it starts. Gives whether it could: the filter's language is not known for
/// every processor.
pub(super) fn refuse(in_namespaces: bool) -> Result<bool, String> {
    let Ok(processor) = TargetArch::try_from(std::env::consts::ARCH) else { return Ok(false) };
    let told = |error: &dyn std::fmt::Display| format!("system calls cannot be refused: {error}");
    let rules = rules(in_namespaces).map_err(|error| told(&error))?;
    let denied = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, denied, processor);
    let program: Result<BpfProgram, _> = filter.and_then(TryInto::try_into);
    let program = program.map_err(|error| told(&error))?;
    seccompiler::apply_filter(&program).map_err(|error| told(&error))?;
    Ok(true)
}

fn rules(in_namespaces: bool) -> Result<Rules, seccompiler::BackendError> {
    let mut rules = Rules::new();
    // A virtual machine's host, or a protocol with holes: networks that no namespace parts.
    let families = [libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, libc::AF_NETLINK];
    let none_of = families.iter().map(|family| word(0, SeccompCmpOp::Ne, *family));
    rules.insert(libc::SYS_socket, vec![SeccompRule::new(none_of.collect::<Result<_, _>>()?)?]);
    // Keys of the user's session; and a second way to all calls, which passes by this filter.
    for call in
        [libc::SYS_keyctl, libc::SYS_add_key, libc::SYS_request_key, libc::SYS_io_uring_setup]
    {
        rules.insert(call, Vec::new());
    }
    if !in_namespaces {
        // All the user's processes; and who watches this one. Landlock holds others, where it is new enough.
        let mut targets = vec![-1];
        if let Some(watcher) = getppid() {
            let watcher = watcher.as_raw_nonzero().get();
            targets.extend([watcher, -watcher]);
        }
        let equal = |call: i64| {
            let one = |target: &i32| SeccompRule::new(vec![word(0, SeccompCmpOp::Eq, *target)?]);
            Ok((call, targets.iter().map(one).collect::<Result<_, _>>()?))
        };
        for call in [libc::SYS_kill, libc::SYS_tkill, libc::SYS_tgkill, libc::SYS_pidfd_open] {
            let (call, targets) = equal(call)?;
            rules.insert(call, targets);
        }
    }
    Ok(rules)
}

/// A condition on an argument of 32 bits.
fn word(
    argument: u8,
    operator: SeccompCmpOp,
    value: i32,
) -> Result<SeccompCondition, seccompiler::BackendError> {
    let value = u64::from(value.cast_unsigned());
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value)
}
