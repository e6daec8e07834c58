// One function for each file of tests; all but TestDeath run on every platform.
#pragma once

void TestPages();
void TestLockedRegion();
void TestArena();
void TestDer();
void TestCrypto();
void TestDeath();  // POSIX only: children that must die
