using AnalyticsGraph.ClickHouse.Compression;

namespace AnalyticsGraph.ClickHouse.Tests.Compression;

public sealed class Lz4Tests
{
    public static TheoryData<string, byte[]> Samples => new()
    {
        { "one byte", [7] },
        { "twelve bytes", [.. Enumerable.Range(0, 12).Select(i => (byte)i)] },
        { "zeros", new byte[100_000] },
        { "period of three", [.. Enumerable.Range(0, 70_001).Select(i => (byte)(i % 3))] },
        { "random", Random(200_000, 256) },
        { "few letters", Random(200_000, 3) },
        { "far repeats", [.. Random(65_536, 256), .. Random(65_536, 256)] },
        { "longs", [.. Enumerable.Range(0, 20_000).SelectMany(i => BitConverter.GetBytes((long)i))] },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Frame_Should_GiveTheDataBack_When_ItWasWritten(string name, byte[] data)
    {
        Assert.NotNull(name);
        var frame = new byte[Lz4Frame.Checksum + Lz4Frame.Header + Lz4.MaxCompressedLength(data.Length)];
        var length = Lz4Frame.Write(data, frame);
        var back = new byte[data.Length];

        Assert.True(Lz4Frame.TryReadHeader(frame, out var size, out var decompressed));
        Assert.Equal((length - Lz4Frame.Checksum, data.Length), (size, decompressed));
        Lz4Frame.Read(frame.AsSpan(0, length), back);

        Assert.Equal(data, back);
    }

    [Fact]
    public void Frame_Should_BeRefused_When_ABitIsWrong()
    {
        var frame = new byte[1000];
        var length = Lz4Frame.Write(new byte[500], frame);
        frame[length - 3] ^= 1;

        Assert.Throws<ClickHouseFormatException>(() => Lz4Frame.Read(frame.AsSpan(0, length), new byte[500]));
    }

    [Fact]
    public void Decompress_Should_OnlyRefuse_When_TheDataIsRandom()
    {
        var random = new Random(3);
        for (var round = 0; round < 20_000; round++)
        {
            var data = new byte[random.Next(40)];
            random.NextBytes(data);
            try
            {
                Lz4.Decompress(data, new byte[random.Next(200)]);
            }
            catch (ClickHouseFormatException)
            {
                // The only allowed failure.
            }
        }
    }

    private static byte[] Random(int length, int letters)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, length).Select(_ => (byte)random.Next(letters))];
    }
}
