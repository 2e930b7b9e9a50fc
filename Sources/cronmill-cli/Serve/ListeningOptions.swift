internal import ArgumentParser
internal import Glibc

/// Where the console listens, and what stands in front of it.
struct ListeningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Loopback address and port; port 0 is any that is free. Or unix:/path/of/socket, for a proxy.",
            valueName: "address:port"
        )
    )
    var listen = "127.0.0.1:8642"
    @Option(
        help: ArgumentHelp("A name this server goes by, as Host has it; repeatable.", valueName: "name")
    )
    var allowHost: [String] = []
    @Option(help: ArgumentHelp("The folder a proxy has put it in, as /cronmill.", valueName: "path"))
    var basePath = ""
    @Flag(help: "A proxy in front of it speaks TLS: cookies go by TLS alone.")
    var behindTlsProxy = false

    enum Place: Equatable {
        case port(address: String, port: Int)
        case socket(String)
    }

    /// What leaves this machine has to be encrypted, and this does not encrypt.
    func place() throws -> Place {
        guard basePath.wholeMatch(of: /(\/[A-Za-z0-9._~-]+)*\/?/) != nil, !basePath.contains("/..") else {
            throw ValidationError("--base-path is a path, as in /cronmill.")
        }
        if listen.hasPrefix("unix:") {
            let path = String(listen.dropFirst("unix:".count))
            // sockaddr_un has room for so many bytes and a zero.
            guard path.hasPrefix("/"), path.utf8.count <= 107 else {
                throw ValidationError("--listen unix: is followed by an absolute path of 107 bytes at most.")
            }
            return .socket(path)
        }
        let parts = listen.split(separator: ":", omittingEmptySubsequences: false)
        let host = parts.dropLast().joined(separator: ":")
        guard parts.count > 1, let port = parts.last.flatMap({ Int($0) }), (0...65_535).contains(port) else {
            throw ValidationError("--listen is an address and a port, as in 127.0.0.1:8642 or [::1]:8642.")
        }
        let plain = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var four = in_addr()
        var isLoopback = ["::1", "localhost"].contains(plain)
        if inet_pton(AF_INET, plain, &four) == 1 { isLoopback = plain.hasPrefix("127.") }
        guard isLoopback else {
            throw ValidationError("--listen takes addresses of this machine alone: 127.0.0.1, [::1].")
        }
        return .port(address: plain == "localhost" ? "127.0.0.1" : plain, port: port)
    }
}
