namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Strings: String, ID, or anything that is written as a JSON string. A null element is null.</summary>
/// <param name="values">The values, taken over.</param>
/// <param name="mayHaveNulls">False promises that no element is null; true where that is not known.</param>
/// <param name="count">The number of rows where the array is longer; -1 for all.</param>
public sealed class StringColumn(string?[] values, bool mayHaveNulls = true, int count = -1) : LeafColumn
{
    /// <summary>The values, at least <see cref="Column.Count"/>.</summary>
    public string?[] Values { get; } = values;

    /// <inheritdoc />
    public override int Count { get; } = count < 0 ? values.Length : count;

    /// <inheritdoc />
    public override bool MayHaveNulls { get; } = mayHaveNulls;

    /// <inheritdoc />
    public override bool IsNull(int row) => Values[row] is null;

    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteString(Values[row]);
}

/// <summary>Text as a store gave it: one buffer of UTF-8 with the rows' bounds, written without ever being a <see cref="string"/>.</summary>
/// <param name="utf8">The text of all rows, one after another; valid UTF-8, not escaped.</param>
/// <param name="offsets">Count + 1 ascending positions.</param>
/// <param name="nulls">Which rows are null; null when none is.</param>
public sealed class Utf8Column(ReadOnlyMemory<byte> utf8, int[] offsets, bool[]? nulls = null) : LeafColumn
{
    /// <inheritdoc />
    public override int Count => offsets.Length - 1;

    /// <inheritdoc />
    public override bool MayHaveNulls => nulls is not null;

    /// <inheritdoc />
    public override bool IsNull(int row) => nulls is not null && nulls[row];

    /// <summary>The bytes of a row.</summary>
    /// <param name="row">From 0.</param>
    public ReadOnlySpan<byte> GetUtf8(int row) => utf8.Span[offsets[row]..offsets[row + 1]];

    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteStringUtf8(GetUtf8(row));
}

/// <summary>JSON as a store gave it: each row's bytes are written as they are.</summary>
/// <param name="json">The JSON of all rows, one after another, each valid.</param>
/// <param name="offsets">Count + 1 ascending positions.</param>
/// <param name="nulls">Which rows are null; null when none is.</param>
public sealed class RawJsonColumn(ReadOnlyMemory<byte> json, int[] offsets, bool[]? nulls = null) : LeafColumn
{
    /// <inheritdoc />
    public override int Count => offsets.Length - 1;

    /// <inheritdoc />
    public override bool MayHaveNulls => nulls is not null;

    /// <inheritdoc />
    public override bool IsNull(int row) => nulls is not null && nulls[row];

    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteRaw(json.Span[offsets[row]..offsets[row + 1]]);
}

/// <summary>GUIDs, written as <c>"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"</c>.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class GuidColumn(Guid[] values, bool[]? nulls = null, int count = -1) : ArrayColumn<Guid>(values, nulls, count)
{
    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteGuid(Values[row]);
}

/// <summary>JSON documents already parsed.</summary>
/// <inheritdoc cref="ArrayColumn{T}"/>
public sealed class JsonColumn(System.Text.Json.JsonElement[] values, bool[]? nulls = null, int count = -1)
    : ArrayColumn<System.Text.Json.JsonElement>(values, nulls, count)
{
    /// <inheritdoc />
    public override void Write(int row, ResponseWriter writer) => writer.WriteJson(Values[row]);
}
