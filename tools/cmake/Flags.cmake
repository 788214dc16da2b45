# Compiler flags. Ours are on the target pingan_flags, which every target of ours links;
# generated code links only pingan_codegen (sanitizers and hardening, no warnings).
include(CheckCCompilerFlag)
include(CheckIPOSupported)

add_library(pingan_codegen INTERFACE)
add_library(pingan_flags INTERFACE)
target_link_libraries(pingan_flags INTERFACE pingan_codegen)

target_compile_definitions(pingan_codegen INTERFACE _GNU_SOURCE)
target_compile_options(pingan_codegen INTERFACE -fno-strict-aliasing -fno-omit-frame-pointer)

target_include_directories(pingan_flags INTERFACE "${CMAKE_SOURCE_DIR}/daemon")
target_compile_definitions(pingan_flags INTERFACE PINGAN_VERSION="${PROJECT_VERSION}")
target_compile_options(pingan_flags INTERFACE
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
	-Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough
	-Wdouble-promotion -Wconversion -Wno-sign-conversion)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	target_compile_options(pingan_flags INTERFACE -Wlogical-op -Wduplicated-cond)
endif()
if(PINGAN_WERROR)
	target_compile_options(pingan_flags INTERFACE -Werror)
endif()

if(PINGAN_TEST_BUILD)
	target_compile_definitions(pingan_codegen INTERFACE PINGAN_TEST_BUILD=1)
	# Two hundred programs to link: gold takes a third of the time. A release has the system's own linker, and so have clang's
	# sanitizers, of whose symbols gold would say that it can't export them.
	include(CheckLinkerFlag)
	check_linker_flag(C -fuse-ld=gold PINGAN_GOLD)
	if(PINGAN_GOLD AND (CMAKE_C_COMPILER_ID STREQUAL "GNU" OR NOT PINGAN_SANITIZE))
		target_link_options(pingan_codegen INTERFACE -fuse-ld=gold)
	endif()
endif()

if(PINGAN_SANITIZE)
	target_compile_options(pingan_codegen INTERFACE
		-fsanitize=${PINGAN_SANITIZE} -fno-sanitize-recover=all)
	target_link_options(pingan_codegen INTERFACE -fsanitize=${PINGAN_SANITIZE})
	if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
		# Callbacks of C libraries are all called through types of their own.
		target_compile_options(pingan_codegen INTERFACE -fno-sanitize=function)
	endif()
endif()

if(PINGAN_LIBFUZZER)
	# The code under test counts its branches too: without this libFuzzer sees the target alone, and mutates blindly.
	target_compile_options(pingan_codegen INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(PINGAN_HARDEN)
	target_compile_options(pingan_codegen INTERFACE
		-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
		-fstack-clash-protection -Wformat -Werror=format-security)
	if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
		target_compile_options(pingan_codegen INTERFACE -fcf-protection)
	elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
		target_compile_options(pingan_codegen INTERFACE -mbranch-protection=standard)
	endif()
	target_link_options(pingan_codegen INTERFACE
		-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code)
	check_ipo_supported(RESULT PINGAN_LTO LANGUAGES C OUTPUT ipo_why)
	if(PINGAN_LTO)
		set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
	endif()
endif()
