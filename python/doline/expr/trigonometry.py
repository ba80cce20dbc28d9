"""Functions of angles."""

from __future__ import annotations



class Trigonometry:
    """What `Expr` inherits: functions of angles."""

    __slots__ = ()

    def sin(self):
        """The sine of radians.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0]})
        >>> frame.select(dl.col("a").sin()).to_series().to_list()
        [0.0]
        """
        return self._apply("sin")

    def cos(self):
        """The cosine of radians.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0]})
        >>> frame.select(dl.col("a").cos()).to_series().to_list()
        [1.0]
        """
        return self._apply("cos")

    def tan(self):
        """The tangent of radians.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0]})
        >>> frame.select(dl.col("a").tan()).to_series().to_list()
        [0.0]
        """
        return self._apply("tan")

    def cot(self):
        """The cotangent of radians.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.0]})
        >>> frame.select(dl.col("a").cot().round(6)).to_series().to_list()
        [0.642093]
        """
        return self._apply("cot")

    def arcsin(self):
        """The arc sine, in radians.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0, 1.0]})
        >>> frame.select(dl.col("a").arcsin().round(6)).to_series().to_list()
        [0.0, 1.570796]
        """
        return self._apply("asin")

    def arccos(self):
        """The arc cosine, in radians.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0, 1.0]})
        >>> frame.select(dl.col("a").arccos().round(6)).to_series().to_list()
        [1.570796, 0.0]
        """
        return self._apply("acos")

    def arctan(self):
        """The arc tangent, in radians.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0, 1.0]})
        >>> frame.select(dl.col("a").arctan().round(6)).to_series().to_list()
        [0.0, 0.785398]
        """
        return self._apply("atan")

    def sinh(self):
        """The hyperbolic sine.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0]})
        >>> frame.select(dl.col("a").sinh()).to_series().to_list()
        [0.0]
        """
        return self._apply("sinh")

    def cosh(self):
        """The hyperbolic cosine.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0]})
        >>> frame.select(dl.col("a").cosh()).to_series().to_list()
        [1.0]
        """
        return self._apply("cosh")

    def tanh(self):
        """The hyperbolic tangent.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0]})
        >>> frame.select(dl.col("a").tanh()).to_series().to_list()
        [0.0]
        """
        return self._apply("tanh")

    def arcsinh(self):
        """The inverse hyperbolic sine.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0]})
        >>> frame.select(dl.col("a").arcsinh()).to_series().to_list()
        [0.0]
        """
        return self._apply("asinh")

    def arccosh(self):
        """The inverse hyperbolic cosine.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [1.0]})
        >>> frame.select(dl.col("a").arccosh()).to_series().to_list()
        [0.0]
        """
        return self._apply("acosh")

    def arctanh(self):
        """The inverse hyperbolic tangent.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [0.0]})
        >>> frame.select(dl.col("a").arctanh()).to_series().to_list()
        [0.0]
        """
        return self._apply("atanh")

    def degrees(self):
        """Radians as degrees.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [3.141592653589793]})
        >>> frame.select(dl.col("a").degrees()).to_series().to_list()
        [180.0]
        """
        return self._apply("degrees")

    def radians(self):
        """Degrees as radians.

        Returns
        -------
        Expr
            Of Float64.

        Examples
        --------
        >>> frame = dl.DataFrame({"a": [180.0]})
        >>> frame.select(dl.col("a").radians()).to_series().to_list()
        [3.141592653589793]
        """
        return self._apply("radians")
