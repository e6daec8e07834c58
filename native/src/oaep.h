// EME-OAEP decoding with SHA-256, MGF1-SHA-256 and an empty label, RFC 8017 section 7.1.2 step 3.
//
// OpenSSL can do this too, but leaves the encoded message in freed memory of the heap, and whoever
// finds it there has the AES key: it is only masked with what it contains itself. Here it never
// leaves locked memory.
#pragma once

#include "openssl.h"
#include "secure_bytes.h"
#include "status.h"

namespace nomyo {

// `encoded` is as long as the modulus and is overwritten. Time and memory access do not depend on
// its contents until it is known to be good (Manger's attack, CRYPTO 2001). kDecrypt for everything
// that is wrong with it, and for an empty message.
Status OaepDecode(const OpenSsl* ssl, SecureBytes* encoded, SecureBytes* message);

}  // namespace nomyo
