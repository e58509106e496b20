"""What WordPress, Magento and ExpressionEngine are: how to recognise one, and where it keeps what checks ask for."""
