internal import Glibc

/// The `pg_config` on PATH, for servers at places of their own.
enum ConfigProgram {
    /// One line for each option; empty when there is no such program or it does not know one of them.
    static func answers(to options: [String]) -> [String] {
        guard let pipe = popen("pg_config \(options.joined(separator: " ")) 2>/dev/null", "re") else { return [] }
        var output: [UInt8] = []
        while case let byte = getc(pipe), byte != EOF { output.append(UInt8(truncatingIfNeeded: byte)) }
        guard pclose(pipe) == 0 else { return [] }
        return String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
