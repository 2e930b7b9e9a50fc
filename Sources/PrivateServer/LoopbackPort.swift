internal import Glibc

/// TCP ports of 127.0.0.1.
enum LoopbackPort {
    /// A port that nobody listens on at this moment; somebody else may take it before the server does.
    static func free() throws(PrivateServerError) -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw .systemCall("no TCP socket to find a free port with") }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                // Port 0 asks the kernel to choose.
                let bound = bind(socket, address, length)
                return bound == 0 ? getsockname(socket, address, &length) : bound
            }
        }
        guard result == 0 else { throw .systemCall("no free TCP port on 127.0.0.1") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
