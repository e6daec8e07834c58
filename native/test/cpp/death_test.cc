// Children that must die, and children that must find nothing.
#ifndef _WIN32

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "../../src/arena.h"
#include "../../src/locked_region.h"
#include "../../src/secure_bytes.h"
#include "harness.h"
#include "tests.h"

using nomyo::Arena;
using nomyo::ArenaSlot;
using nomyo::LockedRegion;
using nomyo::LockRule;
using nomyo::RegionKind;
using nomyo::SecureBytes;
using nomyo::Status;

namespace {

// The status of a child that ran `body`. Its core dump and its last words are switched off.
template <typename Body>
int StatusOfChild(Body body) {
  fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    // A sanitizer's handler would turn the signal into an exit code.
    for (const int number : {SIGSEGV, SIGBUS, SIGABRT}) signal(number, SIG_DFL);
    close(STDERR_FILENO);
    _exit(body());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

bool Faulted(int status) {
  return WIFSIGNALED(status) && (WTERMSIG(status) == SIGSEGV || WTERMSIG(status) == SIGBUS);
}

bool Aborted(int status) {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

bool EndedWell(int status) {
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// A change that no compiler or sanitizer sees coming.
__attribute__((noinline, no_sanitize("address", "undefined", "thread"))) int Poke(uint8_t* at) {
  auto* byte = const_cast<volatile uint8_t*>(at);
  *byte = static_cast<uint8_t>(*byte ^ 0x55);
  return 0;
}

void AnOverrunFaultsAtTheGuardPage() {
  for (const RegionKind kind : {RegionKind::kOrdinary, RegionKind::kSecret}) {
    CHECK(Faulted(StatusOfChild([&] {
      const auto own = LockedRegion::Create(4096, kind);
      return Poke(own->data() + 4096);
    })));
    CHECK(Faulted(StatusOfChild([&] {
      const auto own = LockedRegion::Create(100, kind);
      return Poke(own->data() + 112);  // behind the slack that keeps the data aligned
    })));
  }
}

void AnUnderrunFaultsAtTheLowerGuardPage() {
  for (const RegionKind kind : {RegionKind::kOrdinary, RegionKind::kSecret}) {
    CHECK(Faulted(StatusOfChild([&] {
      const auto own = LockedRegion::Create(nomyo::pages::Size() - nomyo::kCanaryLength, kind);
      return Poke(own->data() - nomyo::kCanaryLength - 1);
    })));
  }
}

void AnUnderrunChangesTheCanary() {
  CHECK(Aborted(StatusOfChild([] {
    auto own = LockedRegion::Create(100, RegionKind::kOrdinary);
    Poke(own->data() - 1);
    own.reset();
    return 0;
  })));
}

void AnOverrunIntoTheSlackIsFound() {
  CHECK(Aborted(StatusOfChild([] {
    auto own = LockedRegion::Create(100, RegionKind::kOrdinary);
    Poke(own->data() + 100);
    own.reset();
    return 0;
  })));
}

void TheArenaFindsOverrunAndUnderrun() {
  for (const int offset : {-1, 64}) {
    CHECK(Aborted(StatusOfChild([&] {
      Arena arena;
      ArenaSlot slot;
      if (arena.Take(64, LockRule::kPreferred, &slot) != Status::kOk) return 0;
      Poke(slot.data + offset);
      arena.Give(slot, true);
      return 0;
    })));
  }
}

void RetirementFindsOverrunAndUnderrun() {
  for (const int offset : {-1, 100}) {
    CHECK(Aborted(StatusOfChild([&] {
      const auto own = LockedRegion::Create(100, RegionKind::kOrdinary);
      Poke(own->data() + offset);
      own->Retire();
      return 0;
    })));
  }
  for (const int offset : {-1, 64}) {
    CHECK(Aborted(StatusOfChild([&] {
      Arena arena;
      ArenaSlot slot;
      if (arena.Take(64, LockRule::kPreferred, &slot) != Status::kOk) return 0;
      Poke(slot.data + offset);
      arena.Retire(slot);
      return 0;
    })));
  }
}

// As a user without privileges, in a child.
template <typename Body>
int StatusUnderLimit(rlim_t bytes, Body body) {
  return StatusOfChild([&] {
    const rlimit limit{bytes, bytes};
    if (setrlimit(RLIMIT_MEMLOCK, &limit) != 0) return 3;
    if (getuid() == 0 && setuid(65534) != 0) return 4;
    return body();
  });
}

// Arenas of their own: a child inherits the chunks of the shared one.
void ALockThatIsRequiredIsHadOrRefused() {
  CHECK(EndedWell(StatusUnderLimit(0, [] {
    const nomyo::UnlockedCounts before = nomyo::UnlockedShare::Counts();
    Arena arena;
    ArenaSlot slot;
    SecureBytes bytes;
    if (arena.Take(10, LockRule::kRequired, &slot) != Status::kNotLocked) return 1;
    for (const size_t length : {4097, 100000}) {
      if (SecureBytes::Allocate(length, LockRule::kRequired, &bytes) != Status::kNotLocked) return 1;
      if (bytes.data() != nullptr) return 1;
    }
    return nomyo::UnlockedShare::Counts().total_regions == before.total_regions ? 0 : 2;
  })));
  CHECK(EndedWell(StatusUnderLimit(1024 * 1024, [] {
    SecureBytes large, next;
    if (SecureBytes::Allocate(800000, LockRule::kRequired, &large) != Status::kOk) return 1;
    if (SecureBytes::Allocate(800000, LockRule::kRequired, &next) != Status::kNotLocked) return 1;
    large.Retire();
    return SecureBytes::Allocate(800000, LockRule::kRequired, &next) == Status::kOk ? 0 : 1;
  })));
}

void WhatCouldNotBeLockedIsCountedWhileItLives() {
  CHECK(EndedWell(StatusUnderLimit(0, [] {
    const nomyo::UnlockedCounts before = nomyo::UnlockedShare::Counts();
    SecureBytes first, second;
    if (SecureBytes::Allocate(5000, LockRule::kPreferred, &first) != Status::kOk) return 1;
    if (SecureBytes::Allocate(100000, LockRule::kPreferred, &second) != Status::kOk) return 1;
    const nomyo::UnlockedCounts during = nomyo::UnlockedShare::Counts();
    if (first.locked() || during.bytes != before.bytes + 105000) return 1;
    if (during.regions != before.regions + 2) return 1;
    second.Retire();
    first = SecureBytes();
    const nomyo::UnlockedCounts after = nomyo::UnlockedShare::Counts();
    if (after.bytes != before.bytes || after.regions != before.regions) return 2;
    return after.total_regions == before.total_regions + 2 ? 0 : 3;
  })));
}

// A lock that was refused once is tried again as soon as memory was given back.
void TheArenaLocksAgainWhenThereIsRoom() {
  CHECK(EndedWell(StatusUnderLimit(512 * 1024, [] {
    Arena arena;
    auto large = LockedRegion::Create(515000, RegionKind::kOrdinary);
    ArenaSlot slot;
    if (!large->locked() || arena.Take(64, LockRule::kPreferred, &slot) != Status::kOk) return 1;
    if (Arena::Locked(slot)) return 1;
    large.reset();
    ArenaSlot next;
    if (arena.Take(64, LockRule::kPreferred, &next) != Status::kOk) return 1;
    return Arena::Locked(next) ? 0 : 2;
  })));
}

void AForkedChildMayRetireWhatItInherited() {
  auto region = LockedRegion::Create(5000, RegionKind::kOrdinary);
  CHECK(EndedWell(StatusOfChild([&] {
    region->Retire();
    return 0;
  })));
}

void AnUntouchedRegionEndsInPeace() {
  CHECK(EndedWell(StatusOfChild([] {
    auto own = LockedRegion::Create(100, RegionKind::kOrdinary);
    Poke(own->data());
    Poke(own->data() + 99);
    own.reset();
    return 0;
  })));
}

void AForkedChildReadsZeros() {
  auto region = LockedRegion::Create(5000, RegionKind::kOrdinary);
  if (!region->features().wipe_on_fork) {
    nomyo::test::Skip("AForkedChildReadsZeros", "the system has no MADV_WIPEONFORK");
    return;
  }
  memset(region->data(), 0xab, 5000);
  CHECK(EndedWell(StatusOfChild([&] {
    int seen = 0;
    for (size_t i = 0; i < 5000; i++) seen |= region->data()[i];
    region.reset();  // the wiped canary must not be taken for damage
    return seen == 0 ? 0 : 1;
  })));
  CHECK(region->data()[4999] == 0xab);
}

void AForkedChildHasNoSecretMemory() {
  const auto region = LockedRegion::Create(5000, RegionKind::kSecret);
  if (!region->features().secret_memory) {
    nomyo::test::Skip("AForkedChildHasNoSecretMemory", "the system has no memfd_secret");
    return;
  }
  memset(region->data(), 0xab, 5000);
  CHECK(Faulted(StatusOfChild([&] { return Poke(region->data() + 17); })));
  CHECK(region->data()[17] == 0xab);
}

}  // namespace

void TestDeath() {
  RUN(AnOverrunFaultsAtTheGuardPage);
  RUN(AnUnderrunFaultsAtTheLowerGuardPage);
  RUN(AnUnderrunChangesTheCanary);
  RUN(AnOverrunIntoTheSlackIsFound);
  RUN(TheArenaFindsOverrunAndUnderrun);
  RUN(RetirementFindsOverrunAndUnderrun);
  RUN(ALockThatIsRequiredIsHadOrRefused);
  RUN(WhatCouldNotBeLockedIsCountedWhileItLives);
  RUN(TheArenaLocksAgainWhenThereIsRoom);
  RUN(AForkedChildMayRetireWhatItInherited);
  RUN(AnUntouchedRegionEndsInPeace);
  RUN(AForkedChildReadsZeros);
  RUN(AForkedChildHasNoSecretMemory);
}

#endif  // _WIN32
