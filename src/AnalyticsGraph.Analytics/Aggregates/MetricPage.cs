using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Aggregates;

/// <summary>
/// The order of the groups of a question and the places in it. Each term of the order is taken apart into terms that are never missing, so that a place is a plain comparison one after
/// another: a measure into its class (number 0, NaN 1, missing 2) and its number, a dimension into whether it is missing and its value. Sums differ in their last digits each time they are computed
/// (threads and parts add up in any order), so what is made of them is rounded before it is compared: otherwise a page could begin with the group that ended the last.
/// </summary>
internal sealed class MetricPage
{
    private readonly MetricQuestion _question;
    private readonly List<Term> _terms = [];

    /// <summary>Plans the order: by measures, then by what is grouped by.</summary>
    /// <param name="question">The question.</param>
    /// <param name="codes">The numbers of what of the runs is grouped by.</param>
    public MetricPage(MetricQuestion question, IReadOnlyList<CodedValues> codes)
    {
        _question = question;
        foreach (var (measure, descending) in question.Order)
        {
            var column = $"g.m{measure}";
            _terms.Add(new Term($"multiIf(isNull({column}), 2, isNaN({column}), 1, 0)", SqlType.Int64, false, row => (long)ClassOf(row.Values[measure])));
            var (number, isRounded) = ($"ifNull(if(isNaN({column}), 0., {column}), 0.)", question.Measures[measure].IsOfSums(question.OfSummaries));
            _terms.Add(new Term(isRounded ? RoundedSql(number) : number, SqlType.Double, descending, row => ClassOf(row.Values[measure]) == 0 ? row.Values[measure] : 0.0) { IsRounded = isRounded });
        }

        var coded = 0;
        for (var i = 0; i < question.Dimensions.Count; i++)
        {
            var (dimension, at, column) = (question.Dimensions[i], i, $"g.d{i}");
            if (dimension.OfRun is not null)
            {
                _terms.Add(new Term(column, SqlType.Double, false, row => row.Keys[at]) { Coded = codes[coded++], Kind = dimension.Kind });
                continue;
            }

            if (dimension.ZeroIsNone)
            {
                _terms.Add(new Term($"toInt64({column} = 0)", SqlType.Int64, false, row => row.Keys[at] is null ? 1L : 0L));
            }

            _terms.Add(new Term(column, dimension.Kind == DataColumnKind.Text ? SqlType.Text : SqlType.Int64, dimension.Descending, row => row.Keys[at] ?? 0L));
        }
    }

    /// <summary>The cursor of a group.</summary>
    public string CursorOf(MetricGroup group) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(
        _terms.Select(term => term.ValueOf(group) switch
        {
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            long number => number.ToString(CultureInfo.InvariantCulture),
            var text => (string?)text,
        }).Prepend(_question.Signature)));

    /// <summary>Appends <c> ORDER BY</c>.</summary>
    public void AppendOrder(SqlBuilder sql)
    {
        for (var i = 0; i < _terms.Count; i++)
        {
            sql.Append(i == 0 ? " ORDER BY " : ", ").Append(_terms[i].Sql).Append(_terms[i].Descending ? " DESC" : "");
        }
    }

    /// <summary>Appends <c> AND ...</c> for what comes after the question's cursor.</summary>
    public void AppendAndAfter(SqlBuilder sql)
    {
        if (_question.After is not { } after)
        {
            return;
        }

        var values = Read(after);
        sql.Append(" AND (FALSE");
        for (var last = 0; last < values.Length; last++)
        {
            sql.Append(" OR (TRUE");
            for (var i = 0; i <= last; i++)
            {
                sql.Append(" AND ").Append(_terms[i].Sql).Append(i < last ? " = " : _terms[i].Descending ? " < " : " > ").AppendParameter(values[i], _terms[i].Type);
            }

            sql.Append(')');
        }

        sql.Append(')');
    }

    private object[] Read(string after)
    {
        try
        {
            if (JsonSerializer.Deserialize<string?[]>(Base64Url.DecodeFromChars(after)) is [var signature, .. var parts] && signature == _question.Signature && parts.Length == _terms.Count)
            {
                return [.. _terms.Zip(parts, (term, part) => term.Parse(part))];
            }
        }
        catch (Exception exception) when (exception is FormatException or JsonException or OverflowException or ArgumentNullException)
        {
            // Told below.
        }

        throw ArgumentErrors.BadInput("after", "`after` is no cursor of this question: take it from `endCursor` of a page with the same `groupBy`, `measures` and `order`.");
    }

    private static int ClassOf(double? value) => value is null ? 2 : double.IsNaN(value.Value) ? 1 : 0;

    // Not cut off: the numbers that are met most, such as 0.5, must lie in the middle of those that are one, not at their end.
    private static string RoundedSql(string number) => $"reinterpretAsFloat64(bitAnd(reinterpretAsUInt64({number}) + 32768, bitNot(toUInt64(65535))))";

    private static double Rounded(double number) => BitConverter.UInt64BitsToDouble((BitConverter.DoubleToUInt64Bits(number) + 32768) & ~65535UL);

    private sealed record Term(string Sql, SqlType Type, bool Descending, Func<MetricGroup, object?> ValueOf)
    {
        /// <summary>Whether only the first 37 of the 53 bits of a number count, some eleven digits.</summary>
        public bool IsRounded { get; init; }

        public CodedValues? Coded { get; init; }

        public DataColumnKind Kind { get; init; }

        public object Parse(string? text) => Coded is not null
            ? Coded.Find(text is null ? null : Kind switch { DataColumnKind.Text => text, DataColumnKind.Number => Double(text), _ => (object)Long(text) })
            : Type switch { SqlType.Text => text!, SqlType.Double => IsRounded ? Rounded(Double(text!)) : Double(text!), _ => (object)Long(text!) };

        private static double Double(string text) => double.Parse(text, CultureInfo.InvariantCulture);

        private static long Long(string text) => long.Parse(text, CultureInfo.InvariantCulture);
    }
}

/// <summary>A group.</summary>
/// <param name="Keys">What it is of, by dimension; null for missing.</param>
/// <param name="Values">Its measures.</param>
internal sealed record MetricGroup(object?[] Keys, double?[] Values);
