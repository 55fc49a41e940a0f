using AnalyticsGraph.ClickHouse.Compression;

namespace AnalyticsGraph.ClickHouse.Tests.Compression;

public sealed class Lz4Tests
{
    /// <summary>Forty hashes, which do not compress: long enough for the long form of the checksum.</summary>
    private const string LongFrame =
        "08abf446072f3e7a402655255bba4bdc824c01000040010000f0ff326725fe6fbbe849e85e5f1094a6c50480014ae2ccffecefbd7a9c672e0558b8c510662d0142dee7b704229b77f1e898"
        + "c8a58fbea113c30ecef02bf67e3a51eab6f1bf5cded7e0d87e8690f7cce8b4a97fa050c713ccb4b279b94155ef2662bc80be91f27e388307b6ad7a2733727c188c04dde2b38d126044b318"
        + "ade2d7773f019773465c1067a222d151e60db31156aadd676316fbbda0816e04d3bf7e1a0981d38b3f685926d84c6677b7a05d32e14a59d7b0056b3c30c087088a109b7c3e11917cd15d8e"
        + "c642502abaef598080ff65a584da62b60d8bb3062d61172995577e66f1ea5d1e4bbcff2012568ec982bb8aa8177d0052ef3e1fcef23b937bb340bd2f1fdb48a6e38876017155ef3e77dde6"
        + "d7dd936c0da9ca4543854e9a958415340f7a7cfbc3c744df99c1fbf106cbff90413bf5a437d15b4e15c82d4d9b6937c4";

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

    /// <summary>Frames that ClickHouse 26.7 wrote into a table's files: three numbers, forty texts, their lengths, forty hashes.</summary>
    [Theory]
    [InlineData("bed298cf205d35697ea8bf75dc073096820d0000000300000030000102", 3, "000102")]
    [InlineData("d27d6d3b13291851657a5bb234a54f63821b000000b20200006f6d65747269630600ffff96506574726963", 690, "6d65747269636d6574726963")]
    [InlineData("fa441c159c92cdaa222565b95e22687f8232000000400100001300010013060800130c08001312080013180800131e0800132408000402000f3800e8500000000000", 320, "0000000000000000060000000000000")]
    [InlineData(LongFrame, 320, "6725fe6fbbe849e8")]
    public void Frame_Should_BeReadWithItsChecksum_When_TheServerWroteIt(string hex, int size, string start)
    {
        var frame = Convert.FromHexString(hex);
        var data = new byte[size];

        Assert.True(Lz4Frame.TryReadHeader(frame, out _, out var decompressed));
        Assert.Equal(size, decompressed);
        Lz4Frame.Read(frame, data);

        Assert.StartsWith(start, Convert.ToHexStringLower(data), StringComparison.Ordinal);
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
