using System.Numerics;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// Bins of doubles, each named by its lower end: a multiple of the width as it is written. The third bin of the width 0.1 is 0.3, not 3 * 0.1, which is 0.30000000000000004; and what is written 0.3 is in it.
/// C# and both stores compute the same: the width is a quotient of integers, so that its multiples are rounded once, as written numbers are.
/// </summary>
public sealed class NumberBins
{
    // Up to here a double has every integer, and up to there every power of ten.
    private const double MostExact = 1L << 53;
    private const double MostExactPower = 1e22;

    private readonly double _width;
    private readonly double _numerator;
    private readonly double _denominator = 1;

    // Numbers that lie further apart than the width are bins of their own, and so are those whose neighbours could be beyond a double.
    private readonly double _most;

    /// <summary>The bins of a width.</summary>
    /// <param name="width">Their width: finite, above 0.</param>
    public NumberBins(double width)
    {
        (_width, _numerator, _most) = (width, width, Math.Min(width * MostExact, double.MaxValue / 4));
        for (var power = 1.0; power <= MostExactPower; power *= 10)
        {
            var whole = Math.Round(width * power);
            if (whole is >= 1 and <= MostExact && whole / power == width)
            {
                var divisor = BigInteger.GreatestCommonDivisor((BigInteger)whole, (BigInteger)power);
                (_numerator, _denominator) = ((double)((BigInteger)whole / divisor), (double)((BigInteger)power / divisor));
                return;
            }
        }
    }

    /// <summary>Where a number's bin begins; NaN and the infinities are bins of their own.</summary>
    /// <param name="number">The number.</param>
    public double StartOf(double number)
    {
        if (Math.Abs(number) < _width)
        {
            return number < 0 ? -_width : 0;
        }

        if (!(Math.Abs(number) < _most))
        {
            return number;
        }

        // The quotient is rounded; the ends of the bins decide.
        var bin = Math.Floor(number / _width);
        bin += Start(bin + 1) <= number ? 1 : Start(bin) > number ? -1 : 0;
        return Start(bin);
    }

    /// <summary>Appends where a number's bin begins, as <see cref="StartOf"/> has it. No intermediate result leaves the range of doubles, which PostgreSQL would refuse, for widths up to 1e290.</summary>
    internal void AppendStartOf(SqlBuilder sql, ValueExpression number)
    {
        sql.Append("(CASE WHEN abs(");
        number.AppendTo(sql);
        sql.Append(") < ").AppendParameter(_width, SqlType.Double).Append(" THEN CASE WHEN ");
        number.AppendTo(sql);
        sql.Append(" < 0 THEN ").AppendParameter(-_width, SqlType.Double).Append(" ELSE 0 END WHEN abs(");
        number.AppendTo(sql);
        sql.Append(") >= ").AppendParameter(_most, SqlType.Double).Append(" THEN ");
        number.AppendTo(sql);
        sql.Append(" ELSE (");
        AppendBin(sql, number);
        sql.Append(" + CASE WHEN (");
        AppendBin(sql, number);
        AppendStart(sql.Append(" + 1)"));
        sql.Append(" <= ");
        number.AppendTo(sql);
        sql.Append(" THEN 1 WHEN ");
        AppendBin(sql, number);
        AppendStart(sql);
        sql.Append(" > ");
        number.AppendTo(sql);
        AppendStart(sql.Append(" THEN -1 ELSE 0 END)"));
        sql.Append(" END)");
    }

    private double Start(double bin) => bin * _numerator / _denominator;

    private void AppendBin(SqlBuilder sql, ValueExpression number)
    {
        sql.Append("floor(");
        number.AppendTo(sql);
        sql.Append(" / ").AppendParameter(_width, SqlType.Double).Append(')');
    }

    private void AppendStart(SqlBuilder sql) => sql.Append(" * ").AppendParameter(_numerator, SqlType.Double).Append(" / ").AppendParameter(_denominator, SqlType.Double);
}
