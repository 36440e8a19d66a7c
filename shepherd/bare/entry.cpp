// The shepherd's entry point and the memory and string functions that the compiler calls, for builds without a C
// library (docs/decisions/0024, 0068); system calls are in system_calls.cpp. It is compiled without link-time
// optimisation and without builtins, because otherwise the compiler may turn the body of memcpy, for example, into a
// call to memcpy.
#include <stddef.h>

#ifndef __clang__
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier): the linker and the compiler prescribe these names
extern void (*__init_array_start[])();
extern void (*__init_array_end[])();
void* __dso_handle = nullptr;

[[gnu::used]] void run_constructors() {
    for (auto constructor = __init_array_start; constructor != __init_array_end; ++constructor) (*constructor)();
}

// At entry the stack holds argc, then argv, then the environment (System V ABI for x86-64, 3.4.1; arm64 does the same).
// main's return value becomes the exit status. On x86-64, _start aligns the stack for calls; on arm64 it is aligned.
#if defined(__x86_64__)
asm(R"(
    .globl _start
    .type _start, @function
_start:
    xor %ebp, %ebp
    mov %rsp, %rbx
    and $-16, %rsp
    call run_constructors
    mov (%rbx), %rdi
    lea 8(%rbx), %rsi
    lea 8(%rsi,%rdi,8), %rdx
    call main
    mov %eax, %edi
    call _exit
)");
#elif defined(__aarch64__)
asm(R"(
    .globl _start
    .type _start, %function
_start:
    mov x29, xzr
    mov x30, xzr
    mov x19, sp
    bl run_constructors
    ldr x0, [x19]
    add x1, x19, #8
    add x2, x1, x0, lsl #3
    add x2, x2, #8
    bl main
    bl _exit
)");
#endif
// NOLINTEND(bugprone-reserved-identifier)

#if defined(__x86_64__)
void* memcpy(void* __restrict to, const void* __restrict from, size_t count) {
    void* at = to;
    asm volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(count) : : "memory");
    return to;
}

void* memmove(void* to, const void* from, size_t count) {
    if (to <= from) return memcpy(to, from, count);
    void* last = static_cast<char*>(to) + count - 1;
    from = static_cast<const char*>(from) + count - 1;
    asm volatile("std; rep movsb; cld" : "+D"(last), "+S"(from), "+c"(count) : : "memory");
    return to;
}

void* memset(void* to, int byte, size_t count) {
    void* at = to;
    asm volatile("rep stosb" : "+D"(at), "+c"(count) : "a"(byte) : "memory");
    return to;
}
#else
void* memcpy(void* __restrict to, const void* __restrict from, size_t count) {
    auto* target = static_cast<char*>(to);
    const auto* source = static_cast<const char*>(from);
    for (size_t i = 0; i < count; ++i) target[i] = source[i];
    return to;
}

void* memmove(void* to, const void* from, size_t count) {
    if (to <= from) return memcpy(to, from, count);
    auto* target = static_cast<char*>(to);
    const auto* source = static_cast<const char*>(from);
    while (count-- > 0) target[count] = source[count];
    return to;
}

void* memset(void* to, int byte, size_t count) {
    auto* target = static_cast<unsigned char*>(to);
    for (size_t i = 0; i < count; ++i) target[i] = static_cast<unsigned char>(byte);
    return to;
}
#endif

int memcmp(const void* a, const void* b, size_t count) {
    const auto* left = static_cast<const unsigned char*>(a);
    const auto* right = static_cast<const unsigned char*>(b);
    for (size_t i = 0; i < count; ++i) {
        if (left[i] != right[i]) return left[i] - right[i];
    }
    return 0;
}

size_t strlen(const char* text) {
    size_t length = 0;
    while (text[length] != '\0') ++length;
    return length;
}

int strncmp(const char* a, const char* b, size_t most) {
    for (size_t i = 0; i < most; ++i) {
        if (a[i] != b[i] || a[i] == '\0') return static_cast<unsigned char>(a[i]) - static_cast<unsigned char>(b[i]);
    }
    return 0;
}

char* strncpy(char* __restrict to, const char* __restrict from, size_t room) {
    size_t at = 0;
    for (; at < room && from[at] != '\0'; ++at) to[at] = from[at];
    for (; at < room; ++at) to[at] = '\0';
    return to;
}

}  // extern "C"

// The C++ headers overload memchr and memrchr for const and non-const arguments, so define them under other names and
// set the symbol names here.
extern "C" const void* find_byte(const void* in, int byte, size_t count) asm("memchr");
extern "C" const void* find_last_byte(const void* in, int byte, size_t count) asm("memrchr");

const void* find_byte(const void* in, int byte, size_t count) {
    const auto* bytes = static_cast<const unsigned char*>(in);
    for (size_t i = 0; i < count; ++i) {
        if (bytes[i] == static_cast<unsigned char>(byte)) return bytes + i;
    }
    return nullptr;
}

const void* find_last_byte(const void* in, int byte, size_t count) {
    const auto* bytes = static_cast<const unsigned char*>(in);
    while (count-- > 0) {
        if (bytes[count] == static_cast<unsigned char>(byte)) return bytes + count;
    }
    return nullptr;
}

namespace std {

// <string_view> calls this instead of throwing. It is reached only through a bug, so it ends the program.
[[noreturn]] void __throw_out_of_range_fmt(const char* /*format*/, ...) { __builtin_trap(); }  // NOLINT

}  // namespace std
