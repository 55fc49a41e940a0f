using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace AnalyticsGraph.ClickHouse.Codecs;

/// <summary>ClickHouse keeps a UUID as two little-endian halves, the first half first.</summary>
internal sealed class UuidConversion : Conversion<UInt128, Guid>
{
    public override Guid ToValue(UInt128 raw)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)raw);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (ulong)(raw >> 64));
        return new Guid(bytes, bigEndian: true);
    }

    public override UInt128 ToRaw(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }
}

internal sealed class IPv4Conversion : Conversion<uint, IPAddress>
{
    public override IPAddress ToValue(uint raw) => new(BinaryPrimitives.ReverseEndianness(raw));

    public override uint ToRaw(IPAddress value)
    {
        Span<byte> bytes = stackalloc byte[4];
        var plain = value.IsIPv4MappedToIPv6 ? value.MapToIPv4() : value;
        return plain.AddressFamily == AddressFamily.InterNetwork && plain.TryWriteBytes(bytes, out _)
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : throw new OverflowException($"{value} is no IPv4 address.");
    }
}

/// <summary>Sixteen bytes in network order; an IPv4 address is mapped into it.</summary>
internal sealed class IPv6Conversion : Conversion<UInt128, IPAddress>
{
    public override IPAddress ToValue(UInt128 raw)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, raw);
        return new IPAddress(bytes);
    }

    public override UInt128 ToRaw(IPAddress value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.MapToIPv6().TryWriteBytes(bytes, out _);
        return BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
