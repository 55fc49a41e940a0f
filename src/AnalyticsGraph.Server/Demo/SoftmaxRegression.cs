namespace AnalyticsGraph.Server.Demo;

/// <summary>Multinomial logistic regression, trained by stochastic gradient descent over standardized features. Repeats exactly, given the same random numbers.</summary>
internal sealed class SoftmaxRegression
{
    private readonly double[] _means;
    private readonly double[] _deviations;
    private readonly double[,] _weights;
    private readonly int _classes;

    /// <summary>A model that knows nothing yet.</summary>
    /// <param name="features">The rows whose features' means and deviations are taken for those of all.</param>
    /// <param name="classes">How many classes there are.</param>
    public SoftmaxRegression(IReadOnlyList<double[]> features, int classes)
    {
        var width = features[0].Length;
        _means = [.. Enumerable.Range(0, width).Select(i => features.Average(row => row[i]))];
        _deviations = [.. Enumerable.Range(0, width).Select(i => Math.Sqrt(features.Average(row => Math.Pow(row[i] - _means[i], 2))))];
        _weights = new double[classes, width + 1];
        _classes = classes;
    }

    /// <summary>The probability of each class.</summary>
    public double[] Predict(double[] features) => Softmax(Standardized(features));

    /// <summary>Learns from a batch.</summary>
    /// <param name="batch">Rows and their classes.</param>
    /// <param name="learningRate">How far to go against the gradient.</param>
    /// <param name="l2">How much large weights are held back.</param>
    /// <returns>The mean loss before.</returns>
    public double Learn(IReadOnlyList<(double[] Features, int Target)> batch, double learningRate, double l2)
    {
        var gradient = new double[_classes, _weights.GetLength(1)];
        var loss = 0.0;
        foreach (var (features, target) in batch)
        {
            var row = Standardized(features);
            var probabilities = Softmax(row);
            loss -= Math.Log(Math.Max(probabilities[target], double.Epsilon));
            for (var c = 0; c < _classes; c++)
            {
                var error = probabilities[c] - (c == target ? 1 : 0);
                for (var i = 0; i < row.Length; i++)
                {
                    gradient[c, i] += error * row[i];
                }
            }
        }

        for (var c = 0; c < _classes; c++)
        {
            for (var i = 0; i < gradient.GetLength(1); i++)
            {
                _weights[c, i] -= learningRate * ((gradient[c, i] / batch.Count) + (l2 * _weights[c, i]));
            }
        }

        return loss / batch.Count;
    }

    // The last one is 1: its weight is the class's bias.
    private double[] Standardized(double[] features)
    {
        var row = new double[features.Length + 1];
        for (var i = 0; i < features.Length; i++)
        {
            row[i] = _deviations[i] > 0 ? (features[i] - _means[i]) / _deviations[i] : 0;
        }

        row[^1] = 1;
        return row;
    }

    private double[] Softmax(double[] row)
    {
        var scores = new double[_classes];
        for (var c = 0; c < _classes; c++)
        {
            for (var i = 0; i < row.Length; i++)
            {
                scores[c] += _weights[c, i] * row[i];
            }
        }

        var top = scores.Max();
        var powers = Array.ConvertAll(scores, score => Math.Exp(score - top));
        var sum = powers.Sum();
        return Array.ConvertAll(powers, power => power / sum);
    }
}
