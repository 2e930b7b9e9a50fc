extension String {
    /// As one word of a shell's command line: in single quotes where the shell would read anything else of it.
    ///
    /// For the commands in hints, which a reader copies.
    package var shellWord: String {
        let isPlain =
            !isEmpty && first != "-"
            && utf8.allSatisfy { byte in
                Self.plainBytes.contains(byte) || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                    || (0x61...0x7a).contains(byte)
            }
        return isPlain ? self : "'\(replacing("'", with: "'\\''"))'"
    }

    private static let plainBytes = Set("_-./:@%+,".utf8)
}
