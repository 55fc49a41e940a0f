using System.Globalization;
using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

public sealed class ResponseWriterTests
{
    [Fact]
    public void WriteString_Should_ReadBackAsTheSame_When_TextIsAnything()
    {
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(4) switch
            {
                0 => (char)random.Next(0x20),
                1 => "\"\\/é€"[random.Next(5)],
                _ => (char)random.Next(0x20, 0x7f),
            })]) + (i % 3 == 0 ? "😀" : "");

            var utf16 = Write(writer => writer.WriteString(text));
            var utf8 = Write(writer => writer.WriteStringUtf8(Encoding.UTF8.GetBytes(text)));

            Assert.Equal(text, JsonSerializer.Deserialize<string>(utf16));
            Assert.Equal(utf16, utf8);
        }
    }

    [Fact]
    public void WriteString_Should_Replace_When_ASurrogateIsAlone() => Assert.Equal("\"a\uFFFDb\"", Write(writer => writer.WriteString("a\ud800b")));

    [Fact]
    public void WriteString_Should_EscapeShortly_When_JsonAllows() => Assert.Equal("\"\\n\\r\\t\\b\\f\\\"\\\\/\\u0000\\u001f\"", Write(writer => writer.WriteString("\n\r\t\b\f\"\\/\0\u001f")));

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(-0.0, "-0")]
    [InlineData(1.0, "1")]
    [InlineData(98.75, "98.75")]
    [InlineData(-0.00012345, "-0.00012345")]
    [InlineData(1234567.00000001, "1234567.00000001")]
    [InlineData(12345678.12345678, "12345678.12345678")]
    [InlineData(-42.0, "-42")]
    [InlineData(0.1, "0.1")]
    [InlineData(1e21, "1E+21")]
    [InlineData(9007199254740992, "9007199254740992")]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(double.PositiveInfinity, "\"Infinity\"")]
    [InlineData(double.NegativeInfinity, "\"-Infinity\"")]
    [InlineData(double.Epsilon, "5E-324")]
    [InlineData(double.MinValue, "-1.7976931348623157E+308")]
    public void WriteDouble_Should_WriteTheShortestRoundTrip(double value, string json) => Assert.Equal(json, Write(writer => writer.WriteDouble(value)));

    [Fact]
    public void WriteDouble_Should_WriteWhatDotNetWrites_When_BitsAreAnything()
    {
        var random = new Random(2);
        using var writer = new ResponseWriter();
        for (var i = 0; i < 400_000; i++)
        {
            var value = (i % 4) switch
            {
                0 => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
                1 => Math.Round(random.NextDouble() * Math.Pow(10, random.Next(-6, 9)), random.Next(12)),
                2 => Math.ScaleB(1, random.Next(-1074, 1024)) * (random.Next(2) == 0 ? 1 : Math.BitIncrement(1)),
                _ => random.NextDouble() * Math.Pow(10, random.Next(-20, 25)),
            };
            var expected = value.ToString("R", CultureInfo.InvariantCulture);
            if (!double.IsFinite(value) || value == Math.Truncate(value))
            {
                continue;
            }

            var start = writer.Length;
            writer.WriteDouble(value);
            var actual = Encoding.UTF8.GetString(writer.Written.Span[start..]);

            // .NET drops a digit too much at some powers of two, whose lower neighbour is nearer.
            Assert.True(expected == actual || double.Parse(expected, CultureInfo.InvariantCulture) != value, $"{expected} {actual}");
            Assert.Equal(value, double.Parse(actual, CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void WriteInt64_Should_WriteDigits(long value) => Assert.Equal(value.ToString(CultureInfo.InvariantCulture), Write(writer => writer.WriteInt64(value)));

    [Theory]
    [InlineData(0L, "\"1970-01-01T00:00:00.000Z\"")]
    [InlineData(1767323045678000L, "\"2026-01-02T03:04:05.678Z\"")]
    [InlineData(1767323045678901L, "\"2026-01-02T03:04:05.678901Z\"")]
    [InlineData(-1L, "\"1969-12-31T23:59:59.999999Z\"")]
    [InlineData(-62135596800000000L, "\"0001-01-01T00:00:00.000Z\"")]
    [InlineData(253402300799999999L, "\"9999-12-31T23:59:59.999999Z\"")]
    public void WriteUnixMicroseconds_Should_WriteRfc3339(long micros, string json) => Assert.Equal(json, Write(writer => writer.WriteUnixMicroseconds(micros)));

    [Theory]
    [InlineData("00:00:00", "\"PT0S\"")]
    [InlineData("00:00:01.5000000", "\"PT1.5S\"")]
    [InlineData("1.02:03:04", "\"P1DT2H3M4S\"")]
    [InlineData("2.00:00:00", "\"P2D\"")]
    [InlineData("-00:00:00.2500000", "\"-PT0.25S\"")]
    [InlineData("-10675199.02:48:05.4775808", "\"-P10675199DT2H48M5.4775808S\"")]
    public void WriteDuration_Should_WriteIso8601(string value, string json)
    {
        var duration = TimeSpan.Parse(value, CultureInfo.InvariantCulture);

        Assert.Equal(json, Write(writer => writer.WriteDuration(duration)));
        Assert.Equal(duration, System.Xml.XmlConvert.ToTimeSpan(json.Trim('"')));
    }

    [Fact]
    public void Write_Should_KeepEverything_When_TheBufferGrows()
    {
        using var writer = new ResponseWriter(16);
        var expected = new StringBuilder();
        for (var i = 0; i < 5000; i++)
        {
            writer.WriteInt32(i);
            writer.WriteStringUtf8("ä\n"u8);
            expected.Append(i).Append("\"ä\\n\"");
        }

        Assert.Equal(expected.ToString(), Encoding.UTF8.GetString(writer.Written.Span));
    }

    [Theory]
    [InlineData(false, "[1,2.5,\"x\",\"y\",true,{},\"A\",7]")]
    [InlineData(true, "[null,null,null,null,null,null,null,7]")]
    public void Columns_Should_WriteRowsAndNulls(bool nulls, string json)
    {
        bool[]? mask = nulls ? [true] : null;
        Column[] columns =
        [
            new Int64Column([1], mask), new DoubleColumn([2.5], mask), new StringColumn([nulls ? null : "x"]), new Utf8Column("y"u8.ToArray(), [0, 1], mask),
            new BooleanColumn([true], mask), new RawJsonColumn("{}"u8.ToArray(), [0, 2], mask), new EnumColumn(new EnumNames("A"), [nulls ? -1 : 0]), new ConstantColumn("7"u8.ToArray(), 1),
        ];

        Assert.Equal(json, Write(writer =>
        {
            var separator = "["u8.ToArray();
            foreach (var column in columns.Cast<LeafColumn>())
            {
                Assert.Equal(1, column.Count);
                writer.WriteRaw(separator);
                column.WriteRange(0, 1, writer);
                separator = ","u8.ToArray();
            }

            writer.WriteRaw("]"u8);
        }));
    }

    private static string Write(Action<ResponseWriter> write)
    {
        using var writer = new ResponseWriter();
        write(writer);
        return Encoding.UTF8.GetString(writer.Written.Span);
    }
}
