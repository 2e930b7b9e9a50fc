import Glibc
import Postgres

/// A port where nobody answers; a full one does not even take a connection.
final class SilentServer: Sendable {
    private struct Failure: Error {
        let code: Int32
    }

    let port: Int
    private let descriptors: [Int32]

    var info: ConnectionInfo {
        ConnectionInfo(["host": "127.0.0.1", "port": "\(port)", "dbname": "x", "user": "x"])
    }

    init(isFull: Bool) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, isFull ? 0 : 8) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard status else { throw Failure(code: errno) }
        var descriptors = [listener]
        for _ in 0..<(isFull ? 4 : 0) {
            let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
            withUnsafePointer(to: address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = Glibc.connect(client, $0, length) }
            }
            descriptors.append(client)
        }
        self.descriptors = descriptors
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit {
        for descriptor in descriptors {
            close(descriptor)
        }
    }
}
