{
  'targets': [
    {
      'target_name': 'nomyo-native',
      'sources': [
        'src/aes_cbc.cc',
        'src/aes_gcm.cc',
        'src/arena.cc',
        'src/blinding_context.cc',
        'src/der.cc',
        'src/glibc_compat.cc',
        'src/locked_region.cc',
        'src/openssl.cc',
        'src/pages_posix.cc',
        'src/pages_win.cc',
        'src/rsa.cc',
        'src/rsa_numbers.cc',
        'src/rsa_pkey.cc',
        'src/secure_bytes.cc',
        'src/unlocked.cc',
        'src/binding/addon.cc',
        'src/binding/aes_functions.cc',
        'src/binding/arguments.cc',
        'src/binding/errors.cc',
        'src/binding/key_object.cc',
        'src/binding/region_object.cc',
        'src/binding/shared_region.cc',
        'src/binding/task.cc',
        'src/binding/values.cc',
      ],
      'include_dirs': ["<!(node -p \"require('node-addon-api').include_dir\")"],
      'defines': [
        'NAPI_VERSION=8',
        # No C++ exception crosses the boundary; statuses are checked.
        'NAPI_DISABLE_CPP_EXCEPTIONS',
        # A worker that is terminated in the middle of a call must not take the process with it.
        'NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
      ],
      'cflags_cc!': ['-std=gnu++14', '-std=gnu++17', '-std=gnu++20'],
      'cflags_cc': ['-std=c++17', '-fvisibility=hidden', '-Wall', '-Wextra', '-Wpedantic'],
      'conditions': [
        ['OS=="linux"', {
          'cflags_cc!': ['-O3'],
          'cflags!': ['-O3'],
          # The work is done by OpenSSL and the kernel: a third of the size costs nothing here.
          'cflags_cc': ['-Os', '-ffunction-sections', '-fdata-sections'],
          'ldflags': [
            '-Wl,-z,nodelete',
            '-Wl,-z,relro',
            '-Wl,-z,now',
            '-Wl,-z,noexecstack',
            '-Wl,--gc-sections',
            '-Wl,--version-script=<(module_root_dir)/src/exports.map',
          ],
        }],
        ['OS=="mac"', {
          'xcode_settings': {
            'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
            'CLANG_CXX_LIBRARY': 'libc++',
            'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
            'MACOSX_DEPLOYMENT_TARGET': '11.0',
          },
        }],
        ['OS=="win"', {
          'defines': ['_HAS_EXCEPTIONS=0', 'NOMINMAX'],
          'libraries': ['-lbcrypt.lib'],
          'msvs_settings': {
            'VCCLCompilerTool': { 'AdditionalOptions': ['/std:c++17'], 'ExceptionHandling': 0 },
          },
        }],
      ],
    },
  ],
}
