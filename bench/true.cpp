// A command that starts and exits as cheaply as a static program with the C library can.
int main() { return 0; }
