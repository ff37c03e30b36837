//! What a command reads and writes.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use callboard_model::receipt::{ConfinedBy, Hold};

use super::scratch::{Scratch, WAYS, Way};

#[test]
fn it_writes_to_its_checkout_and_its_temporary_files() {
    for way in WAYS {
        let scratch = Scratch::new(way);
        let ran = scratch.run(
            "echo a > made && mkdir -p d/e && mv made d/e/ && echo b > $TMPDIR/x && cat d/e/made $TMPDIR/x && mktemp \
             && echo c > /dev/shm/callboard-$$ && rm /dev/shm/callboard-$$ && echo d > /dev/null && ls \"$HOME\"",
        );
        ran.passed();
        assert!(ran.log.contains("\na\nb\n") && ran.log.ends_with("kept\n"), "{}", ran.log);
        assert_eq!(fs::read_to_string(scratch.path("checkout/d/e/made")).unwrap(), "a\n");
    }
}

#[test]
fn it_writes_nowhere_else() {
    for way in WAYS {
        let scratch = Scratch::new(way);
        if !scratch.holds(|held| &held.files) {
            continue;
        }
        symlink(scratch.path("outside"), scratch.path("checkout/link")).unwrap();
        for line in [
            "touch $OUTSIDE/no",
            "echo no > $OUTSIDE/kept",
            "echo no >> $HOME/kept",
            "mkdir $OUTSIDE/no",
            "rm $OUTSIDE/kept",
            "mv $OUTSIDE/kept here",
            "truncate -s 0 $OUTSIDE/kept",
            "echo no > link/kept",
            "echo no > /proc/self/root$OUTSIDE/kept",
            "echo no > /proc/$$/cwd/../outside/kept",
            "ln $OUTSIDE/kept here && echo no > here",
            "ln -s $OUTSIDE here2 && touch here2/no",
            "mknod disk b 254 0",
            "unshare -Urm sh -c 'mount -o remount,bind,rw / && touch $OUTSIDE/no'",
            "unshare -Urm sh -c 'mount -t tmpfs none $OUTSIDE && touch $OUTSIDE/no && exit 0; exit 1'",
            "cd $OUTSIDE && touch no",
        ] {
            let ran = scratch.run(line);
            assert!(ran.run.ended.is_err(), "{line}\n{ran:#?}");
            let text = fs::read_to_string(scratch.path("outside/kept")).unwrap();
            assert_eq!(text, "kept", "{line}");
        }
    }
}

#[test]
fn rights_and_times_elsewhere_stay_where_mounts_hold_them() {
    let scratch = Scratch::new(Way::Best);
    let before = fs::metadata(scratch.path("outside/kept")).unwrap();
    let ran = scratch.run("chmod 000 $OUTSIDE/kept; touch -d 2001-01-01 $OUTSIDE/kept; true");
    if ran.passed().confinement().by != ConfinedBy::Namespaces {
        return eprintln!("skipped: {:?}", ran.confinement().files);
    }
    let after = fs::metadata(scratch.path("outside/kept")).unwrap();
    assert_eq!(after.permissions().mode(), before.permissions().mode());
    assert_eq!(after.modified().unwrap(), before.modified().unwrap());
}

#[test]
fn secrets_are_not_read() {
    for way in WAYS {
        let scratch = Scratch::new(way);
        if !scratch.holds(|held| &held.secrets) {
            continue;
        }
        symlink(scratch.path("home/.ssh"), scratch.path("checkout/keys")).unwrap();
        for line in ["cat $HOME/.ssh/id_x", "cat keys/id_x", "ln $HOME/.ssh/id_x here && cat here"]
        {
            let ran = scratch.run(line);
            assert!(ran.run.ended.is_err() && !ran.log.contains("the key"), "{ran:#?}");
        }
    }
}

#[test]
fn what_is_given_is_seen_below_what_is_hidden() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        let root = scratch.path("");
        fs::create_dir(root.join("state")).unwrap();
        for (name, text) in [("token", "the token"), ("shared", "shared")] {
            fs::create_dir(root.join("state").join(name)).unwrap();
            fs::write(root.join("state").join(name).join("text"), text).unwrap();
        }
        fs::create_dir(root.join("state/work")).unwrap();
        scratch.confine.hidden.push(root.join("state"));
        scratch.confine.readable.push(root.join("state/shared"));
        scratch.confine.writable.push(root.join("state/work"));
        if !scratch.holds(|held| &held.secrets) {
            continue;
        }
        let ran = scratch
            .run("cd ../state && cat shared/text && echo done > work/made && cat token/text");
        assert!(ran.run.ended.is_err(), "{ran:#?}");
        assert!(ran.log.contains("shared") && !ran.log.contains("the token"), "{}", ran.log);
        assert_eq!(fs::read_to_string(root.join("state/work/made")).unwrap(), "done\n");
        assert!(scratch.run("echo no > ../state/shared/text").run.ended.is_err());
        assert!(scratch.run("echo no > ../state/made").run.ended.is_err());
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the test hands a file on by oversight")]
fn a_file_that_was_open_is_not_handed_on() {
    let scratch = Scratch::new(Way::Best);
    let file = fs::OpenOptions::new().write(true).open(scratch.path("outside/kept")).unwrap();
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty()).unwrap();
    let number = std::os::fd::AsRawFd::as_raw_fd(&file);
    for way in WAYS {
        let again = Scratch::new(way);
        let ran = again.run(&format!("echo no >&{number}"));
        assert!(ran.run.ended.is_err(), "{ran:#?}");
    }
    scratch.nothing_is_harmed();
}

#[test]
fn no_rights_are_gained() {
    for way in WAYS {
        let ran = Scratch::new(way)
            .run("grep NoNewPrivs /proc/self/status; cat /dev/mem /dev/vda | head -c 1");
        assert!(ran.log.contains("NoNewPrivs:\t1"), "{}", ran.log);
        assert!(ran.log.contains("/dev/mem:"), "{}", ran.log);
    }
}

#[test]
fn a_checkout_may_delete_itself() {
    for way in WAYS {
        let scratch = Scratch::new(way);
        fs::write(scratch.path("checkout/own"), "").unwrap();
        scratch.run("rm -rf \"$PWD\"; pwd; touch x; true");
        assert!(!scratch.path("checkout/own").exists());
    }
}

#[test]
fn a_folder_that_is_everything_is_refused() {
    let mut scratch = Scratch::new(Way::Best);
    scratch.confine.writable.push("/".into());
    let ran = scratch.run("true");
    let why = ran.confinement().refused.clone();
    assert!(matches!(&ran.confinement().files, Hold::NotHeld(_)) || why.is_some(), "{ran:#?}");
}
