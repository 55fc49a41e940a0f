namespace AnalyticsGraph.Server.Tests.Observability;

/// <summary>A span as a collector reads it.</summary>
internal sealed record OtlpSpan(string TraceId, string SpanId, string ParentId, string Name, IReadOnlyDictionary<string, string> Attributes)
{
    public static OtlpSpan Read(ReadOnlyMemory<byte> message)
    {
        var fields = ProtobufField.Read(message).ToList();
        return new OtlpSpan(
            Hex(1), Hex(2), Hex(4), fields.First(field => field.Number == 5).Text,
            fields.Where(field => field.Number == 9).Select(field => ProtobufField.ReadAttribute(field.Bytes)).ToDictionary(attribute => attribute.Name, attribute => attribute.Value, StringComparer.Ordinal));

        string Hex(int number) => fields.Where(field => field.Number == number).Select(field => Convert.ToHexStringLower(field.Bytes.Span)).FirstOrDefault("");
    }
}
